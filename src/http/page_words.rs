//! The words of the pages that the server writes itself, in the languages of the built-in pages: refusals, the list of a
//! folder, the way to https. Those about the authority are in `authority_words`. `{1}` is what is put in there.

use axum::http::StatusCode;

use super::language::{Language, Words};

// --- A refusal as a page ---

pub(super) const TO_THE_START: Words = Words(["To the start", "Zum Anfang", "Al inicio"]);
pub(super) const YOU_ASKED_FOR: Words = Words(["You asked for {1}.", "Du wolltest {1} öffnen.", "Has pedido {1}."]);
const DID_NOT_WORK: Words = Words(["This did not work", "Das hat nicht geklappt", "Esto no ha funcionado"]);
const NOT_FOUND: Words = Words(["Page not found", "Seite nicht gefunden", "Página no encontrada"]);
const FORBIDDEN: Words = Words(["This is not open to you", "Das ist dir nicht zugänglich", "No tienes acceso a esto"]);
const METHOD: Words = Words([
    "This address takes no such request",
    "Diese Adresse nimmt keine solche Anfrage an",
    "Esta dirección no acepta una petición así",
]);
const TOO_LARGE: Words = Words(["That is too large", "Das ist zu groß", "Es demasiado grande"]);
const MISTAKE: Words =
    Words(["The server has made a mistake", "Der Server hat einen Fehler gemacht", "El servidor ha cometido un error"]);
const BUSY: Words = Words(["The server is busy", "Der Server ist ausgelastet", "El servidor está ocupado"]);

/// What a refusal of this status is called. In English the status' own reason, if it has no other name.
pub(super) fn title(status: StatusCode, language: Language) -> &'static str {
    let words = match status {
        StatusCode::NOT_FOUND => NOT_FOUND,
        StatusCode::FORBIDDEN => FORBIDDEN,
        StatusCode::METHOD_NOT_ALLOWED => METHOD,
        StatusCode::PAYLOAD_TOO_LARGE => TOO_LARGE,
        StatusCode::INTERNAL_SERVER_ERROR => MISTAKE,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => BUSY,
        _ if language == Language::English => return status.canonical_reason().unwrap_or(DID_NOT_WORK.0[0]),
        _ => DID_NOT_WORK,
    };
    words.in_language(language)
}

/// The sentences with which people are refused most; programs get them in English.
const SENTENCES: [Words; 7] = [
    Words([
        "There is no such page here. Start at /.",
        "Hier gibt es keine solche Seite. Beginne bei /.",
        "Aquí no hay ninguna página así. Empieza en /.",
    ]),
    Words([
        "There is no such file in the served folder.",
        "Im bereitgestellten Ordner gibt es keine solche Datei.",
        "En la carpeta servida no hay ningún archivo así.",
    ]),
    Words([
        "Files of this name are never served: keys (*.key, *.pem), dot files (but /.well-known/), node_modules, server.js and \
         package*.json. A file that your page needs must have another name.",
        "Dateien dieses Namens werden nie ausgeliefert: Schlüssel (*.key, *.pem), Dateien mit Punkt am Anfang (außer \
         /.well-known/), node_modules, server.js und package*.json. Eine Datei, die deine Seite braucht, muss anders heißen.",
        "Los archivos con este nombre no se sirven nunca: claves (*.key, *.pem), archivos que empiezan por un punto (salvo \
         /.well-known/), node_modules, server.js y package*.json. Un archivo que tu página necesite debe llamarse de otro modo.",
    ]),
    Words([
        "The file could not be read: see the server's log.",
        "Die Datei war nicht lesbar: Sieh im Log des Servers nach.",
        "No se ha podido leer el archivo: mira el registro del servidor.",
    ]),
    Words([
        "The page could not be read: reload it.",
        "Die Seite war nicht lesbar: Lade sie neu.",
        "No se ha podido leer la página: vuelve a cargarla.",
    ]),
    Words([
        "The inspector is off: start the server with --inspector=on.",
        "Der Inspektor ist aus: Starte den Server mit --inspector=on.",
        "El inspector está desactivado: inicia el servidor con --inspector=on.",
    ]),
    Words([
        "A QR code needs a text of 1 to 512 bytes: /api/qr.svg?text=…",
        "Ein QR-Code braucht einen Text von 1 bis 512 Byte: /api/qr.svg?text=…",
        "Un código QR necesita un texto de 1 a 512 bytes: /api/qr.svg?text=…",
    ]),
];

/// A sentence that programs get, in this language. `None` if it is there in English only.
pub(super) fn sentence(english: &str, language: Language) -> Option<&'static str> {
    SENTENCES.into_iter().find(|words| words.0[0] == english).map(|words| words.in_language(language))
}

// --- The list of a folder without an index.html ---

pub(super) const PAGES_IN: Words = Words(["Pages in /{1}", "Seiten in /{1}", "Páginas en /{1}"]);
pub(super) const NO_INDEX: Words = Words([
    "The served folder has no index.html. These are its pages and folders:",
    "Der bereitgestellte Ordner hat keine index.html. Das sind seine Seiten und Ordner:",
    "La carpeta servida no tiene index.html. Estas son sus páginas y carpetas:",
]);
pub(super) const FOLDER_ABOVE: Words =
    Words(["../ (the folder above)", "../ (der Ordner darüber)", "../ (la carpeta superior)"]);
pub(super) const MORE: Words = Words(["And {1} more.", "Und {1} weitere.", "Y {1} más."]);
pub(super) const EMPTY: Words = Words([
    "There is none. Start the server with the folder that holds your page.",
    "Es gibt keine. Starte den Server mit dem Ordner, in dem deine Seite liegt.",
    "No hay ninguna. Inicia el servidor con la carpeta que contiene tu página.",
]);

// --- The way to https: HTML ---

pub(super) const OPEN_WITH_HTTPS: Words =
    Words(["Open this page with https", "Öffne diese Seite mit https", "Abre esta página con https"]);
pub(super) const OPENED_WITH_HTTP: Words = Words([
    "It was opened with http, and browsers give camera and microphone only to pages opened with https.",
    "Sie wurde mit http geöffnet, und Browser geben Kamera und Mikrofon nur Seiten, die mit https geöffnet wurden.",
    "Se ha abierto con http, y los navegadores solo dan la cámara y el micrófono a páginas abiertas con https.",
]);
pub(super) const CONTINUE: Words = Words(["Continue", "Weiter", "Continuar"]);
pub(super) const WARNS_ONCE: Words = Words([
    "The browser warns once, since the server made its certificate itself:",
    "Der Browser warnt einmal, weil der Server sein Zertifikat selbst gemacht hat:",
    "El navegador avisa una vez, porque el servidor ha hecho su propio certificado:",
]);
pub(super) const IF_IT_WARNS: Words = Words([
    "If the browser warns of the certificate there, go on: “Advanced”, “Proceed”.",
    "Wenn der Browser dort vor dem Zertifikat warnt, geh weiter: „Erweitert“, „Weiter zu …“.",
    "Si el navegador avisa allí del certificado, continúa: «Configuración avanzada», «Acceder a …».",
]);
pub(super) const IF_IT_FAILS: Words =
    Words(["If something does not work", "Wenn etwas nicht funktioniert", "Si algo no funciona"]);
pub(super) const CHECK_THIS_DEVICE: Words =
    Words(["Check this device", "Dieses Gerät prüfen", "Comprobar este dispositivo"]);
pub(super) const WHAT_IT_CHECKS: Words = Words([
    "That page tries certificate, connection, camera and microphone, and says what to do.",
    "Diese Seite probiert Zertifikat, Verbindung, Kamera und Mikrofon aus und sagt, was zu tun ist.",
    "Esa página prueba el certificado, la conexión, la cámara y el micrófono, y dice qué hacer.",
]);
pub(super) const BEHIND_A_PROXY: Words = Words([
    "If your address bar shows https already, a reverse proxy stands between and does not say so: start the server with \
     --public-url and the address that browsers open, and let the proxy send X-Forwarded-Proto.",
    "Wenn deine Adresszeile schon https zeigt, steht ein Reverse Proxy dazwischen und sagt es nicht: Starte den Server mit \
     --public-url und der Adresse, die Browser öffnen, und lass den Proxy X-Forwarded-Proto senden.",
    "Si tu barra de direcciones ya muestra https, hay un proxy inverso en medio que no lo dice: inicia el servidor con \
     --public-url y la dirección que abren los navegadores, y haz que el proxy envíe X-Forwarded-Proto.",
]);
pub(super) const OR_INSTALL: Words = Words([
    "Or without warnings: install the server’s authority",
    "Oder ohne Warnungen: Installiere die Zertifizierungsstelle des Servers",
    "O sin avisos: instala la autoridad del servidor",
]);
pub(super) const ONCE_PER_DEVICE: Words = Words([
    "Once for each device, for a device that calls often. Read first <a href=\"{1}\">what it can and cannot do</a>: the page \
     gives you the certificate by https, and the terminal of the server shows the fingerprint to compare. The steps are:",
    "Einmal je Gerät, für ein Gerät, mit dem du oft anrufst. Lies zuerst, <a href=\"{1}\">was sie kann und was nicht</a>: Die \
     Seite gibt dir das Zertifikat über https, und das Terminal des Servers zeigt den Fingerabdruck zum Vergleichen. Die \
     Schritte sind:",
    "Una vez por dispositivo, si llama a menudo. Lee antes <a href=\"{1}\">qué puede y qué no puede hacer</a>: la página te da \
     el certificado por https, y el terminal del servidor muestra la huella para comparar. Los pasos son:",
]);
