//! A gateway on this machine, which answers as it is told and keeps what it was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use vestibule::adapters::sms_gateway::{SmsGateway, SmsGatewayBuilder};

use crate::authority::Signed;

/// What a gateway answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A status line with headers, and a body.
    Http(&'static str, &'static str),
    /// What is not HTTP.
    Nonsense,
    /// Nothing, while the connection stays.
    Silence,
    /// Nothing: the connection is closed.
    Close,
    /// 200, and a body that never ends.
    Endless,
}

pub const TAKEN: Answer = Answer::Http("201 Created", r#"{"id": "1", "sid": "SM1"}"#);

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub head: String,
    pub body: String,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<String> {
        let line =
            |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
        self.head.lines().filter_map(line).find(|(found, _)| found == name).map(|(_, value)| value)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

#[derive(Clone, Debug)]
pub struct Gateway {
    pub port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Gateway {
    /// Answers with one after the other, and with the last from then on.
    pub async fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::start(answers.into_iter().collect(), None).await
    }

    pub async fn over_tls(signed: &Signed) -> Self {
        let certificate = CertificateDer::from_pem_slice(signed.certificate.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(signed.key.as_bytes()).unwrap();
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
        Self::start(vec![TAKEN], Some(TlsAcceptor::from(Arc::new(config)))).await
    }

    async fn start(answers: Vec<Answer>, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gateway = Self { port: listener.local_addr().unwrap().port(), asked: Arc::default() };
        let asked = Arc::clone(&gateway.asked);
        tokio::spawn(async move {
            while let Ok((wire, _)) = listener.accept().await {
                let (asked, answers, tls) = (Arc::clone(&asked), answers.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => converse(wire, &asked, &answers).await,
                        Some(tls) => {
                            // Who does not trust us does not speak to us.
                            if let Ok(wire) = tls.accept(wire).await {
                                converse(wire, &asked, &answers).await;
                            }
                        }
                    }
                });
            }
        });
        gateway
    }

    /// A template towards this gateway, with a key in the body.
    pub fn template(&self) -> SmsGatewayBuilder {
        let body = r#"{"to": "{to}", "text": "{text}", "key": "{password}"}"#;
        SmsGateway::json(format!("http://127.0.0.1:{}/send?key=hemmelig", self.port), body, "Forbundet")
            .login_in_body("bruker", "hemmelig".into())
            .bearer_token(&"hemmelig".into())
            .idempotency_header("Idempotency-Key")
            .taken_when("/id")
            .step_deadline(Duration::from_millis(500))
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn converse(
    mut wire: impl AsyncRead + AsyncWrite + Unpin,
    asked: &Mutex<Vec<Asked>>,
    answers: &[Answer],
) {
    let Some(request) = read(&mut wire).await else { return };
    let number = {
        let mut asked = asked.lock().unwrap();
        asked.push(request);
        asked.len() - 1
    };
    let text = match answers.get(number).or(answers.last()).unwrap() {
        Answer::Http(head, body) => {
            format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
        }
        Answer::Nonsense => "I AM A TEAPOT\r\n\r\n".to_owned(),
        Answer::Silence => {
            tokio::time::sleep(Duration::from_secs(3_600)).await;
            return;
        }
        Answer::Close => return,
        Answer::Endless => {
            let _ = wire.write_all(b"HTTP/1.1 200 OK\r\n\r\n{\"id\": \"").await;
            while wire.write_all(&[b'x'; 1024]).await.is_ok() {}
            return;
        }
    };
    let _ = wire.write_all(text.as_bytes()).await;
    let _ = wire.shutdown().await;
}

async fn read(wire: &mut (impl AsyncRead + Unpin)) -> Option<Asked> {
    let mut bytes = Vec::new();
    loop {
        if wire.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let asked = Asked { head: head.to_owned(), body: body.to_owned() };
        let length: usize = asked.header("content-length").map_or(0, |length| length.parse().unwrap());
        if body.len() >= length {
            return Some(asked);
        }
    }
}
