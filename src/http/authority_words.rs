//! The words about the server's authority, and the steps on each platform: HTML, in the languages of the built-in pages.
//! The names of buttons are those of the systems and browsers in that language.

use super::language::Words;

// --- The page about it ---

pub(super) const TITLE: Words = Words([
    "The certificate authority of this server",
    "Die Zertifizierungsstelle dieses Servers",
    "La autoridad de certificación de este servidor",
]);
pub(super) const WHAT_IT_IS: Words = Words([
    "This server made an authority of its own, “{1}”, which signed its certificate. A device that installs the authority no \
     longer warns of this server’s pages.",
    "Dieser Server hat eine eigene Zertifizierungsstelle gemacht, „{1}“, die sein Zertifikat signiert hat. Ein Gerät, das sie \
     installiert, warnt nicht mehr vor den Seiten dieses Servers.",
    "Este servidor ha creado su propia autoridad, «{1}», que ha firmado su certificado. Un dispositivo que instala la autoridad \
     ya no avisa de las páginas de este servidor.",
]);
pub(super) const CAN: Words = Words(["What it can do", "Was sie kann", "Qué puede hacer"]);
pub(super) const CANNOT: Words = Words(["What it cannot do", "Was sie nicht kann", "Qué no puede hacer"]);
pub(super) const CAN_IN_PRIVATE: Words = Words([
    "This computer, and each program on it that can read the authority’s key, can then show this device any page under the \
     names and addresses of private networks (such as NAME.local and 192.168.x.x) without a warning.",
    "Dieser Computer und jedes Programm darauf, das ihren Schlüssel lesen kann, kann diesem Gerät dann jede Seite unter den \
     Namen und Adressen privater Netze (wie NAME.local und 192.168.x.x) ohne Warnung zeigen.",
    "Este ordenador, y cada programa en él que pueda leer la clave de la autoridad, podrá mostrar a este dispositivo cualquier \
     página con nombres y direcciones de redes privadas (como NAME.local y 192.168.x.x) sin ningún aviso.",
]);
pub(super) const CAN_ALL: Words = Words([
    "This computer, and each program on it that can read the authority’s key, can then show this device any page under any \
     name without a warning. The authority was made by an earlier version and has no name constraints: on a device that you \
     use for more than trying, continue past the warning instead, or delete switchboard-ca.crt and switchboard-ca.key on the \
     server and start it again for a limited one.",
    "Dieser Computer und jedes Programm darauf, das ihren Schlüssel lesen kann, kann diesem Gerät dann jede Seite unter jedem \
     Namen ohne Warnung zeigen. Eine frühere Version hat sie ohne „Name Constraints“ gemacht: Geh auf einem Gerät, das du \
     nicht nur zum Ausprobieren nutzt, lieber an der Warnung vorbei, oder lösche switchboard-ca.crt und switchboard-ca.key auf \
     dem Server und starte ihn neu, um eine beschränkte zu bekommen.",
    "Este ordenador, y cada programa en él que pueda leer la clave de la autoridad, podrá mostrar a este dispositivo cualquier \
     página con cualquier nombre sin ningún aviso. La autoridad se creó con una versión anterior y no tiene «name \
     constraints»: en un dispositivo que uses para algo más que probar, continúa mejor tras el aviso, o borra \
     switchboard-ca.crt y switchboard-ca.key en el servidor y reinícialo para tener una limitada.",
]);
pub(super) const CANNOT_PUBLIC: Words = Words([
    "It cannot vouch for names and addresses on the public Internet (name constraints, RFC 5280): devices reject such \
     certificates.",
    "Sie kann nicht für Namen und Adressen im öffentlichen Internet bürgen („Name Constraints“, RFC 5280): Geräte lehnen \
     solche Zertifikate ab.",
    "No puede responder por nombres y direcciones de la Internet pública («name constraints», RFC 5280): los dispositivos \
     rechazan esos certificados.",
]);
pub(super) const CANNOT_READ: Words = Words([
    "It does not read what this device does elsewhere, and it signs no programs and no mail.",
    "Sie liest nicht mit, was dieses Gerät anderswo tut, und signiert weder Programme noch Mails.",
    "No lee lo que este dispositivo hace en otros sitios, y no firma programas ni correos.",
]);
pub(super) const STAYS_HERE: Words = Words([
    "It does not leave the computer that made it: each computer that runs this server has its own.",
    "Sie verlässt den Computer nicht, der sie gemacht hat: Jeder Computer mit diesem Server hat seine eigene.",
    "No sale del ordenador que la creó: cada ordenador que ejecuta este servidor tiene la suya.",
]);
pub(super) const COMPARE: Words =
    Words(["Compare the fingerprint", "Vergleiche den Fingerabdruck", "Compara la huella"]);
pub(super) const HOW_TO_COMPARE: Words = Words([
    "The terminal of the server shows the SHA-256 fingerprint when it starts, and your device shows that of what you \
     downloaded. Install it only if they are the same. This page has:",
    "Das Terminal des Servers zeigt beim Start den SHA-256-Fingerabdruck, und dein Gerät zeigt den von dem, was du \
     heruntergeladen hast. Installiere sie nur, wenn beide gleich sind. Diese Seite hat:",
    "El terminal del servidor muestra la huella SHA-256 al iniciarse, y tu dispositivo muestra la de lo que has descargado. \
     Instálala solo si son iguales. Esta página tiene:",
]);
pub(super) const INSTALL: Words =
    Words(["Install it, and remove it", "Installieren und entfernen", "Instalarla y eliminarla"]);
pub(super) const CERTIFICATE: Words =
    Words(["Certificate (switchboard-ca.crt)", "Zertifikat (switchboard-ca.crt)", "Certificado (switchboard-ca.crt)"]);
pub(super) const PROFILE: Words = Words([
    "Configuration profile for iPhone and iPad",
    "Konfigurationsprofil für iPhone und iPad",
    "Perfil de configuración para iPhone y iPad",
]);
pub(super) const THEN_CHECK: Words = Words([
    "Then <a href=\"/check\">check this device</a>.",
    "Dann <a href=\"/check\">prüfe dieses Gerät</a>.",
    "Después, <a href=\"/check\">comprueba este dispositivo</a>.",
]);
pub(super) const CHOOSE: Words = Words(["Choose your device:", "Wähle dein Gerät:", "Elige tu dispositivo:"]);

// --- Its refusal by http ---

pub(super) const BY_HTTPS: Words = Words([
    "The certificate is given out by https",
    "Das Zertifikat gibt es über https",
    "El certificado se entrega por https",
]);
pub(super) const BY_HTTPS_ONLY: Words = Words([
    "By http anyone in this network could replace the certificate on its way. The server gives it out by https only.",
    "Über http könnte jeder in diesem Netz das Zertifikat unterwegs austauschen. Der Server gibt es nur über https heraus.",
    "Por http cualquiera en esta red podría cambiar el certificado por el camino. El servidor solo lo entrega por https.",
]);
pub(super) const WARNS_THERE: Words = Words([
    "The browser warns there, since it does not know the authority yet: continue, and compare the fingerprint with the one in \
     the terminal of the server before you install anything.",
    "Der Browser warnt dort, weil er die Zertifizierungsstelle noch nicht kennt: Geh weiter, und vergleiche den Fingerabdruck \
     mit dem im Terminal des Servers, bevor du etwas installierst.",
    "El navegador avisa allí, porque aún no conoce la autoridad: continúa, y compara la huella con la del terminal del servidor \
     antes de instalar nada.",
]);

// --- Past the warning, on each platform ---

pub(super) const IPHONE_AND_IPAD: Words = Words(["iPhone and iPad", "iPhone und iPad", "iPhone y iPad"]);
pub(super) const ACCEPT_IOS: Words = Words([
    "Safari says “This Connection Is Not Private”: press “Show Details”, then “visit this website”, then “Visit Website”.",
    "Safari sagt „Diese Verbindung ist nicht privat“: Tippe auf „Details einblenden“, dann „diese Website öffnen“, dann \
     „Website öffnen“.",
    "Safari dice «Esta conexión no es privada»: pulsa «Mostrar detalles», luego «visitar este sitio web» y «Visitar sitio web».",
]);
pub(super) const ACCEPT_ANDROID: Words = Words([
    "Chrome says “Your connection is not private”: press “Advanced”, then “Proceed”. Firefox: “Advanced”, then “Accept the \
     Risk and Continue”.",
    "Chrome sagt „Dies ist keine sichere Verbindung“: Tippe auf „Erweitert“, dann „Weiter zu …“. Firefox: „Erweitert“, dann \
     „Risiko akzeptieren und fortfahren“.",
    "Chrome dice «La conexión no es privada»: pulsa «Configuración avanzada», luego «Acceder a …». Firefox: «Avanzado», luego \
     «Aceptar el riesgo y continuar».",
]);
pub(super) const ACCEPT_MACOS: Words = Words([
    "Safari: “Show Details”, then “visit this website”. Chrome and Edge: “Advanced”, then “Proceed”. Firefox: “Advanced”, \
     then “Accept the Risk and Continue”.",
    "Safari: „Details einblenden“, dann „diese Website öffnen“. Chrome und Edge: „Erweitert“, dann „Weiter zu …“. Firefox: \
     „Erweitert“, dann „Risiko akzeptieren und fortfahren“.",
    "Safari: «Mostrar detalles», luego «visitar este sitio web». Chrome y Edge: «Configuración avanzada» o «Avanzado», luego \
     «Acceder a …» o «Continuar». Firefox: «Avanzado», luego «Aceptar el riesgo y continuar».",
]);
pub(super) const ACCEPT_OTHERS: Words = Words([
    "Chrome and Edge: “Advanced”, then “Proceed” or “Continue”. Firefox: “Advanced”, then “Accept the Risk and Continue”.",
    "Chrome und Edge: „Erweitert“, dann „Weiter zu …“. Firefox: „Erweitert“, dann „Risiko akzeptieren und fortfahren“.",
    "Chrome y Edge: «Configuración avanzada» o «Avanzado», luego «Acceder a …» o «Continuar». Firefox: «Avanzado», luego \
     «Aceptar el riesgo y continuar».",
]);
