//! How to install the server's authority on each platform: the items of a list, HTML, in the languages of the built-in pages.
//! The names of buttons and settings are those of the systems in that language.

use super::language::Words;

pub(super) const IOS: Words = Words([
    "<li>In Safari, download the configuration profile (switchboard-ca.mobileconfig) and press “Allow”.</li>\n\
     <li>First place: Settings, General, “VPN &amp; Device Management”, the downloaded profile, “More Details”: \
     compare the SHA-256 fingerprint with the terminal. Then press “Install”.</li>\n\
     <li>Second place: Settings, General, About, “Certificate Trust Settings”: switch on “Switchboard on …”. \
     Without this the browser goes on warning.</li>\n\
     <li>To remove it: “VPN &amp; Device Management”, the profile, “Remove Profile”.</li>",
    "<li>Lade in Safari das Konfigurationsprofil (switchboard-ca.mobileconfig) und tippe auf „Zulassen“.</li>\n\
     <li>Erstens: Einstellungen, Allgemein, „VPN und Geräteverwaltung“, das geladene Profil, „Weitere Details“: \
     Vergleiche den SHA-256-Fingerabdruck mit dem Terminal. Tippe dann auf „Installieren“.</li>\n\
     <li>Zweitens: Einstellungen, Allgemein, Info, „Zertifikatsvertrauenseinstellungen“: Schalte „Switchboard \
     on …“ ein. Sonst warnt der Browser weiter.</li>\n\
     <li>Zum Entfernen: „VPN und Geräteverwaltung“, das Profil, „Profil entfernen“.</li>",
    "<li>En Safari, descarga el perfil de configuración (switchboard-ca.mobileconfig) y pulsa \
     «Permitir».</li>\n\
     <li>Primero: Ajustes, General, «VPN y gestión de dispositivos», el perfil descargado, «Más detalles»: \
     compara la huella SHA-256 con el terminal. Después pulsa «Instalar».</li>\n\
     <li>Segundo: Ajustes, General, Información, «Ajustes de confianza de los certificados»: activa \
     «Switchboard on …». Si no, el navegador seguirá avisando.</li>\n\
     <li>Para eliminarla: «VPN y gestión de dispositivos», el perfil, «Eliminar perfil».</li>",
]);

pub(super) const ANDROID: Words = Words([
    "<li>Download the certificate (switchboard-ca.crt).</li>\n\
     <li>Open Settings and search there for “CA certificate” (often: Security &amp; privacy, More security \
     settings, Encryption &amp; credentials, Install a certificate). The device needs a screen lock.</li>\n\
     <li>Press “CA certificate”, “Install anyway”, and choose the file switchboard-ca.crt.</li>\n\
     <li>Compare: “Trusted credentials”, User, “Switchboard on …” shows the SHA-256 fingerprint, which must be \
     the one in the terminal.</li>\n\
     <li>Chrome uses it at once. Firefox uses it only after Settings, About Firefox, five presses on the logo, \
     Secret Settings, “Use third party CA certificates”.</li>\n\
     <li>To remove it: “Trusted credentials”, User. Until then Android says that the network may be \
     monitored.</li>",
    "<li>Lade das Zertifikat (switchboard-ca.crt).</li>\n\
     <li>Öffne die Einstellungen und suche dort nach „CA-Zertifikat“ (oft: Sicherheit und Datenschutz, Weitere \
     Sicherheitseinstellungen, Verschlüsselung und Anmeldedaten, Zertifikat installieren). Das Gerät braucht \
     eine Displaysperre.</li>\n\
     <li>Tippe auf „CA-Zertifikat“, „Trotzdem installieren“, und wähle die Datei switchboard-ca.crt.</li>\n\
     <li>Vergleiche: „Vertrauenswürdige Anmeldedaten“, Nutzer, „Switchboard on …“ zeigt den \
     SHA-256-Fingerabdruck. Er muss der im Terminal sein.</li>\n\
     <li>Chrome verwendet sie sofort. Firefox erst nach Einstellungen, Über Firefox, fünfmal auf das Logo \
     tippen, Secret Settings, „Use third party CA certificates“.</li>\n\
     <li>Zum Entfernen: „Vertrauenswürdige Anmeldedaten“, Nutzer. Bis dahin sagt Android, dass das Netz \
     vielleicht überwacht wird.</li>",
    "<li>Descarga el certificado (switchboard-ca.crt).</li>\n\
     <li>Abre Ajustes y busca allí «Certificado de CA» (a menudo: Seguridad y privacidad, Más ajustes de \
     seguridad, Cifrado y credenciales, Instalar un certificado). El dispositivo necesita un bloqueo de \
     pantalla.</li>\n\
     <li>Pulsa «Certificado de CA», «Instalar de todos modos», y elige el archivo switchboard-ca.crt.</li>\n\
     <li>Compara: «Credenciales de confianza», Usuario, «Switchboard on …» muestra la huella SHA-256, que debe \
     ser la del terminal.</li>\n\
     <li>Chrome la usa enseguida. Firefox, solo después de Ajustes, Acerca de Firefox, cinco toques en el \
     logotipo, Secret Settings, «Use third party CA certificates».</li>\n\
     <li>Para eliminarla: «Credenciales de confianza», Usuario. Hasta entonces Android dice que la red puede \
     estar vigilada.</li>",
]);

pub(super) const WINDOWS: Words = Words([
    "<li>Download the certificate (switchboard-ca.crt).</li>\n\
     <li>Compare: <code>certutil -dump switchboard-ca.crt</code> shows the fingerprint as “Cert Hash(sha256)”. \
     It must be the one in the terminal.</li>\n\
     <li>Open the file, press “Install Certificate”, “Current User”, “Place all certificates in the following \
     store”, “Trusted Root Certification Authorities”, and confirm.</li>\n\
     <li>Chrome and Edge use it after a restart, Firefox as well (Settings, Privacy &amp; Security, “Allow \
     Firefox to automatically trust third-party root certificates you install”).</li>\n\
     <li>To remove it: <code>certmgr.msc</code>, Trusted Root Certification Authorities, Certificates.</li>",
    "<li>Lade das Zertifikat (switchboard-ca.crt).</li>\n\
     <li>Vergleiche: <code>certutil -dump switchboard-ca.crt</code> zeigt den Fingerabdruck in der Zeile mit \
     „(sha256)“. Er muss der im Terminal sein.</li>\n\
     <li>Öffne die Datei, wähle „Zertifikat installieren“, „Aktueller Benutzer“, „Alle Zertifikate in folgendem \
     Speicher speichern“, „Vertrauenswürdige Stammzertifizierungsstellen“, und bestätige.</li>\n\
     <li>Chrome und Edge verwenden sie nach einem Neustart, Firefox auch (Einstellungen, Datenschutz &amp; \
     Sicherheit: dort muss Firefox Root-Zertifikaten von Drittanbietern, die du installierst, automatisch \
     vertrauen dürfen).</li>\n\
     <li>Zum Entfernen: <code>certmgr.msc</code>, Vertrauenswürdige Stammzertifizierungsstellen, \
     Zertifikate.</li>",
    "<li>Descarga el certificado (switchboard-ca.crt).</li>\n\
     <li>Compara: <code>certutil -dump switchboard-ca.crt</code> muestra la huella en la línea con «(sha256)». \
     Debe ser la del terminal.</li>\n\
     <li>Abre el archivo, pulsa «Instalar certificado», «Usuario actual», «Colocar todos los certificados en el \
     siguiente almacén», «Entidades de certificación raíz de confianza», y confirma.</li>\n\
     <li>Chrome y Edge la usan tras reiniciarlos, y Firefox también (Ajustes, Privacidad &amp; seguridad: allí \
     hay que permitir que Firefox confíe automáticamente en los certificados raíz de terceros que \
     instales).</li>\n\
     <li>Para eliminarla: <code>certmgr.msc</code>, Entidades de certificación raíz de confianza, \
     Certificados.</li>",
]);

pub(super) const MACOS: Words = Words([
    "<li>Download the certificate (switchboard-ca.crt) and open it: Keychain Access adds it to “login”.</li>\n\
     <li>Double-click “Switchboard on …” there and compare the SHA-256 fingerprint with the terminal.</li>\n\
     <li>Open “Trust” and choose “Always Trust”.</li>\n\
     <li>Safari, Chrome and Edge use it at once, Firefox after a restart.</li>\n\
     <li>To remove it: delete it in Keychain Access.</li>",
    "<li>Lade das Zertifikat (switchboard-ca.crt) und öffne es: Die Schlüsselbundverwaltung legt es unter \
     „Anmeldung“ ab.</li>\n\
     <li>Klicke dort doppelt auf „Switchboard on …“ und vergleiche den SHA-256-Fingerabdruck mit dem \
     Terminal.</li>\n\
     <li>Öffne „Vertrauen“ und wähle „Immer vertrauen“.</li>\n\
     <li>Safari, Chrome und Edge verwenden sie sofort, Firefox nach einem Neustart.</li>\n\
     <li>Zum Entfernen: Lösche sie in der Schlüsselbundverwaltung.</li>",
    "<li>Descarga el certificado (switchboard-ca.crt) y ábrelo: Acceso a Llaveros lo añade a «inicio de \
     sesión».</li>\n\
     <li>Haz doble clic allí en «Switchboard on …» y compara la huella SHA-256 con el terminal.</li>\n\
     <li>Abre «Confiar» y elige «Confiar siempre».</li>\n\
     <li>Safari, Chrome y Edge la usan enseguida; Firefox, tras reiniciarlo.</li>\n\
     <li>Para eliminarla: bórrala en Acceso a Llaveros.</li>",
]);

pub(super) const LINUX: Words = Words([
    "<li>Download the certificate and compare: <code>openssl x509 -in switchboard-ca.crt -noout -fingerprint \
     -sha256</code> must print the fingerprint in the terminal.</li>\n\
     <li>Chrome and Chromium: Settings, Privacy and security, Security, Manage certificates, Authorities or \
     “Installed by you”, Import.</li>\n\
     <li>Firefox: Settings, Privacy &amp; Security, Certificates, View Certificates, Authorities, Import, \
     “Trust this CA to identify websites”.</li>\n\
     <li>To remove it: the same places.</li>",
    "<li>Lade das Zertifikat und vergleiche: <code>openssl x509 -in switchboard-ca.crt -noout -fingerprint \
     -sha256</code> muss den Fingerabdruck im Terminal ausgeben.</li>\n\
     <li>Chrome und Chromium: Einstellungen, Datenschutz und Sicherheit, Sicherheit, Zertifikate verwalten, \
     Zertifizierungsstellen oder „Von dir installiert“, Importieren.</li>\n\
     <li>Firefox: Einstellungen, Datenschutz &amp; Sicherheit, Zertifikate, Zertifikate anzeigen, \
     Zertifizierungsstellen, Importieren, „Dieser CA vertrauen, um Websites zu identifizieren“.</li>\n\
     <li>Zum Entfernen: an denselben Stellen.</li>",
    "<li>Descarga el certificado y compara: <code>openssl x509 -in switchboard-ca.crt -noout -fingerprint \
     -sha256</code> debe mostrar la huella del terminal.</li>\n\
     <li>Chrome y Chromium: Configuración, Privacidad y seguridad, Seguridad, Gestionar certificados, \
     Autoridades o «Instalados por ti», Importar.</li>\n\
     <li>Firefox: Ajustes, Privacidad &amp; seguridad, Certificados, Ver certificados, Autoridades, Importar, \
     «Confiar en esta CA para identificar sitios web».</li>\n\
     <li>Para eliminarla: en los mismos lugares.</li>",
]);
