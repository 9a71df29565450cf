//! Passwords that are too common, and good ones.

/// The passwords of a table: divided by ` | `, with a heading after `#`.
pub(crate) fn entries(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).flat_map(|line| line.split(" | "))
}

pub(crate) const COMMON: &str = "
# Padded.
password1234567 | password12345678! | Password!!!!!!!! | PASSWORD________ | !!!password!!!2024
passwordaaaaaaaa | xxxxxxxpasswordxxxxxxx | 123456789password | iloveyou12345678 | Dragon17.05.1984
letmein111222333 | princess 2024 ! | monkey 98765432 | welcome2024!!!! | Welcome-2024-12-31
administrator123 | sunshine83910472 | *#*#*#*password
# Disguised.
p4ssw0rdp4ssw0rd | P@$$w0rd12345678 | 5un5h1n3!!!!!!! | 1l0v3y0u1l0v3y0u | tru5tn01-tru5tn01!
# Repeated and joined.
passwordpassword | dragondragondragon | monkeymonkey1234 | iloveyou-iloveyou
password password password | passwordmonkey123 | dragonmonkeytiger | Football-Baseball
sunshineprincess | qwertypassword1 | abcdefpassword99 | superman&batman1
batman superman batman superman | monkey.monkey.monkey | charliebrown1234 | 1qaz2wsxpassword
qwertyuiop-password
# Backwards, and letter by letter.
drowssapdrowssap | 4321drowssap.... | p a s s w o r d 1 | p.a.s.s.w.o.r.d. | m-o-n-k-e-y-1-2-3
# On the lists.
manchesterunited | correcthorsebatterystaple | correct horse battery staple | thisismypassword
314159265358979 | Supercalifragilisticexpialidocious | to be or not to be
# Norwegian.
passord123456789 | Passord12345678! | passordpassord! | P4ss0rd p4ss0rd | hemmelighemmelig
hemmelig passord | sommersommer2024 | Sommer2024Vinter2025 | sommer vinter høst 2024 | jegelskerdeg123
JegElskerDeg<3<3 | jegelskerdeg!!!! | fotballfotball1 | Rosenborg1234567 | heiarosenborg!!!
velkommen2024!!! | norgenorgenorge | kjærlighet12345 | Kjæreste 17.05.2024 | mammapappa123456
mamma pappa 2024 | bergen-oslo-2024 | tilldovrefaller1 | enigeogtrotildovrefaller | januarfebruarmars
fredrikstad2024! | drittsekk1234567 | drossapdrossap drossap
";

pub(crate) const GOOD: &str = "
# Four and more words, or words that few choose.
correct donkey battery staple | purple lantern under seven bridges | the dragon ate my bicycle
my password is not this one | monkey business is no business | summer rain on a tin roof
never trust a smiling crocodile | football is boring to watch | whisper teapot gravel onion
i forgot to water the cactus | blue velvet curtains at noon | sunshine makes my cat sneeze
two spoons of honey, please | she sells seashells by the shore | an owl plays the cello badly
welcome to the end of the pier | grandma drives a fire engine | qwerty is how keyboards begin
abc is easy as one two three | 1234 steps to the lighthouse | letmein said the wet penguin
a password walks into a bar | Tuesday tastes like cardamom | paperclips dream of magnets
superman cannot cook porridge | eleven geese on a frozen pond | thirteen-legged-table-lamps
marmaladeforthemoon | trombonesinthebasement | wobblyumbrellastand | HamsterOrchestraRehearsal
lost:onesock,reward:half
# Norwegian.
min hund spiser ikke gulrot | passord er vanskelige å huske | sommeren varer alltid for kort
jeg elsker deg ikke lenger, Per | fotball er kjedelig på radio | bestemor kjører gravemaskin fort
katten sover oppå brødristeren | brunost smaker best på torsdag | vinteren kom før vi fikk ved
blåbærsyltetøy uten lokk | trikken stopper ikke i fjæra | en elg i bokhylla mi
hemmeligheten ligger i sausen | rosenborg tapte mot naboen | Fjellvettreglene gjelder også katter
tolv traktorer på rad i Volda | håndkle ispinne gråstein kompass | kaffekoppen min har hull
ugler i mosen igjen | lømmel sjark brygge tåkelur | krakk fele sennep lykt | skrivebordsskuffenmin
tannlegenspilertrombone | mor syr gule votter til oss
# Other scripts, signs, generated ones.
собака ест морковь | η γάτα κοιμάται εδώ | 猫はいつも箱の中で眠っています。 | كلبي لا يأكل الجزر أبدا
मेरा कुत्ता गाजर नहीं खाता | kX9#vQ2m!Lz7@pWd | 7f3b9c1e5a8d2046 | J4xk-9Tqm-Z2wv-B7nd | xkcvwjqzmhtrpbn
839 104 726 351 948 | T7!q T7!w T8!q Z1 | mypass-9Kx2vQwLm4 | password-kX9vQ2mLz7 | dragon 8391047263519
";
