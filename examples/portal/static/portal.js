// What makes the pages more comfortable. Each of them works without.
"use strict";

// The words are the page's.
const words = document.body.dataset;

// A switch that shows what is typed as a password.
for (const input of document.querySelectorAll('input[type="password"]')) {
  const button = document.createElement("button");
  const label = document.querySelector(`label[for="${input.id}"]`).textContent;
  const name = (shown) => {
    button.textContent = shown ? words.hide : words.show;
    button.setAttribute("aria-label", `${button.textContent}: ${label}`);
  };
  button.type = "button";
  button.className = "switch";
  button.setAttribute("aria-controls", input.id);
  name(false);
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    name(shown);
  });
  input.after(button);
  input.parentElement.classList.add("has-switch");
  // Password managers know it as a password again when it is sent.
  input.form.addEventListener("submit", () => { input.type = "password"; });
}

// How long the new password is already, in characters as the service counts them.
for (const input of document.querySelectorAll("input[data-minimum]")) {
  const minimum = Number(input.dataset.minimum);
  const count = document.createElement("p");
  count.className = "count";
  count.setAttribute("aria-live", "polite");
  input.closest(".field").append(count);
  input.addEventListener("input", () => {
    const length = [...input.value.normalize("NFC")].length;
    if (length === 0) count.textContent = "";
    else if (length < minimum) count.textContent = words.counted.replace("{n}", length).replace("{minimum}", minimum);
    else count.textContent = words.longEnough;
  });
}

// The code can be asked for again after a while: until then, how long that is.
for (const button of document.querySelectorAll("button[data-wait]")) {
  const text = button.textContent;
  const end = Date.now() + Number(button.dataset.wait) * 1000;
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    button.disabled = left > 0;
    button.textContent = left > 0 ? button.dataset.waitText.replace("{n}", left) : text;
    if (left > 0) setTimeout(tick, 1000);
  };
  tick();
}

// A form is sent once, however often its button is pressed.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
// The back button shows the page as it was left: it can be sent again.
addEventListener("pageshow", (event) => {
  // But for a page of somebody who has perhaps logged out since.
  if (event.persisted && document.querySelector('form[action="/logout"]')) location.reload();
  for (const form of document.querySelectorAll("form[data-once]")) delete form.dataset.sent;
});

// Phones offer the code of an SMS that names this site.
const codeForm = document.querySelector("form[data-code]");
if (codeForm && "OTPCredential" in window) {
  const abort = new AbortController();
  codeForm.addEventListener("submit", () => abort.abort());
  navigator.credentials.get({ otp: { transport: ["sms"] }, signal: abort.signal }).then(
    (credential) => {
      const input = document.getElementById("code");
      if (credential && !input.value) input.value = credential.code;
    },
    () => {},
  );
}

// Times in the time of the place.
for (const time of document.querySelectorAll("time[datetime]")) {
  const moment = new Date(time.dateTime);
  const locale = document.documentElement.lang === "en" ? "en-GB" : "nb-NO";
  time.textContent = moment.toLocaleString(locale, { dateStyle: "long", timeStyle: "short" });
}
