// Words of several pages in German and Spanish, by the English sentence; {1} stands for what is put in there.

export default {
  'Adjust the volume by itself': { de: 'Lautstärke selbst regeln', es: 'Ajustar el volumen automáticamente' },
  'Blur the background': { de: 'Hintergrund unscharf machen', es: 'Desenfocar el fondo' },
  'Browsers give camera and microphone only to pages opened with https.': {
    de: 'Browser geben Kamera und Mikrofon nur Seiten, die mit https geöffnet wurden.',
    es: 'Los navegadores solo dan la cámara y el micrófono a páginas abiertas con https.',
  },
  'Call': { de: 'Anrufen', es: 'Llamar' },
  'Camera': { de: 'Kamera', es: 'Cámara' },
  'Camera {1}': { de: 'Kamera {1}', es: 'Cámara {1}' },
  'Cancel echo': { de: 'Echo unterdrücken', es: 'Cancelar el eco' },
  'Chat': { de: 'Chat', es: 'Chat' },
  'Connections are direct where that is possible, and go through a relay (TURN server) otherwise.': {
    de: 'Verbindungen sind direkt, wo das möglich ist, und gehen sonst über ein Relay (TURN-Server).',
    es: 'Las conexiones son directas cuando es posible, y si no, pasan por un relé (servidor TURN).',
  },
  'Connections go through the relay (TURN server) only.': {
    de: 'Verbindungen gehen nur über das Relay (TURN-Server).',
    es: 'Las conexiones pasan solo por el relé (servidor TURN).',
  },
  'Continue': { de: 'Weiter', es: 'Continuar' },
  'Copied.': { de: 'Kopiert.', es: 'Copiado.' },
  'Copy': { de: 'Kopieren', es: 'Copiar' },
  'Direct: {1}.': { de: 'Direkt: {1}.', es: 'Directas: {1}.' },
  'Done': { de: 'Fertig', es: 'Listo' },
  'Duration': { de: 'Dauer', es: 'Duración' },
  'For trying a TURN server: connections that begin from now on use no other way.': {
    de: 'Um einen TURN-Server auszuprobieren: Verbindungen, die ab jetzt beginnen, nehmen keinen anderen Weg.',
    es: 'Para probar un servidor TURN: las conexiones que empiecen a partir de ahora no usan otro camino.',
  },
  'Full screen': { de: 'Vollbild', es: 'Pantalla completa' },
  'Hang up': { de: 'Auflegen', es: 'Colgar' },
  'Invite': { de: 'Einladen', es: 'Invitar' },
  'It is “x”, unless those who run the server chose another.': {
    de: 'Es ist „x“, wenn die Betreiber des Servers kein anderes gewählt haben.',
    es: 'Es «x», a menos que quienes administran el servidor hayan elegido otra.',
  },
  'Join': { de: 'Beitreten', es: 'Entrar' },
  'Keys': { de: 'Tasten', es: 'Teclas' },
  'Leave': { de: 'Verlassen', es: 'Salir' },
  'Leave this page?': { de: 'Diese Seite verlassen?', es: '¿Salir de esta página?' },
  'Level of the microphone': { de: 'Pegel des Mikrofons', es: 'Nivel del micrófono' },
  'Message': { de: 'Nachricht', es: 'Mensaje' },
  'Microphone': { de: 'Mikrofon', es: 'Micrófono' },
  'Microphone {1}': { de: 'Mikrofon {1}', es: 'Micrófono {1}' },
  'No camera found. You are not seen.': {
    de: 'Keine Kamera gefunden. Du wirst nicht gesehen.',
    es: 'No se ha encontrado ninguna cámara. No se te ve.',
  },
  'No camera or microphone found. For now you only watch and listen.': {
    de: 'Weder Kamera noch Mikrofon gefunden. Vorerst siehst und hörst du nur zu.',
    es: 'No se ha encontrado cámara ni micrófono. De momento solo ves y escuchas.',
  },
  'No microphone found. You are not heard.': {
    de: 'Kein Mikrofon gefunden. Du wirst nicht gehört.',
    es: 'No se ha encontrado ningún micrófono. No se te oye.',
  },
  'One moment…': { de: 'Einen Augenblick…', es: 'Un momento…' },
  'Open {1}': { de: 'Öffne {1}', es: 'Abre {1}' },
  'Other pages': { de: 'Andere Seiten', es: 'Otras páginas' },
  'Others need a link with a token of their own: this address alone lets nobody in.': {
    de: 'Andere brauchen einen Link mit einem eigenen Token: Diese Adresse allein lässt niemanden herein.',
    es: 'Los demás necesitan un enlace con su propio token: esta dirección por sí sola no deja entrar a nadie.',
  },
  'Password': { de: 'Passwort', es: 'Contraseña' },
  'Relay only': { de: 'Nur über Relay', es: 'Solo por relé' },
  'Rooms': { de: 'Räume', es: 'Salas' },
  'Selected: copy it with Ctrl+C, or by a long press.': {
    de: 'Markiert: Kopiere es mit Strg+C oder durch langes Drücken.',
    es: 'Seleccionado: cópialo con Ctrl+C, o manteniendo pulsado.',
  },
  'Send': { de: 'Senden', es: 'Enviar' },
  'Server password': { de: 'Passwort des Servers', es: 'Contraseña del servidor' },
  'Share': { de: 'Teilen', es: 'Compartir' },
  'Share screen': { de: 'Bildschirm zeigen', es: 'Compartir pantalla' },
  'Share the screen, or stop': { de: 'Bildschirm zeigen oder nicht mehr zeigen', es: 'Compartir la pantalla, o dejar de hacerlo' },
  'Show my picture as in a mirror': { de: 'Mein Bild wie im Spiegel zeigen', es: 'Mostrar mi imagen como en un espejo' },
  'Show these keys': { de: 'Diese Tasten zeigen', es: 'Mostrar estas teclas' },
  'Skip to the content': { de: 'Zum Inhalt springen', es: 'Saltar al contenido' },
  'Speaker': { de: 'Lautsprecher', es: 'Altavoz' },
  'Speaker {1}': { de: 'Lautsprecher {1}', es: 'Altavoz {1}' },
  'Stay': { de: 'Bleiben', es: 'Quedarse' },
  'Suppress noise': { de: 'Geräusche unterdrücken', es: 'Suprimir el ruido' },
  'The address as a QR code, for a phone': {
    de: 'Die Adresse als QR-Code, für ein Telefon',
    es: 'La dirección como código QR, para un teléfono',
  },
  'The browser does not let this page use the camera and microphone. Allow them by the icon beside the address, then switch them on here. For now you only watch and listen.': {
    de: 'Der Browser erlaubt dieser Seite Kamera und Mikrofon nicht. Erlaube sie über das Symbol neben der Adresse und schalte sie dann hier ein. Vorerst siehst und hörst du nur zu.',
    es: 'El navegador no deja que esta página use la cámara ni el micrófono. Permítelos con el icono junto a la dirección, y actívalos después aquí. De momento solo ves y escuchas.',
  },
  'The browser does not let this page use the camera. Allow it by the icon beside the address, then switch it on here. You are not seen.': {
    de: 'Der Browser erlaubt dieser Seite die Kamera nicht. Erlaube sie über das Symbol neben der Adresse und schalte sie dann hier ein. Du wirst nicht gesehen.',
    es: 'El navegador no deja que esta página use la cámara. Permítela con el icono junto a la dirección, y actívala después aquí. No se te ve.',
  },
  'The browser does not let this page use the microphone. Allow it by the icon beside the address, then switch it on here. You are not heard.': {
    de: 'Der Browser erlaubt dieser Seite das Mikrofon nicht. Erlaube es über das Symbol neben der Adresse und schalte es dann hier ein. Du wirst nicht gehört.',
    es: 'El navegador no deja que esta página use el micrófono. Permítelo con el icono junto a la dirección, y actívalo después aquí. No se te oye.',
  },
  'The browser gives this page no camera and no microphone. For now you only watch and listen.': {
    de: 'Der Browser gibt dieser Seite weder Kamera noch Mikrofon. Vorerst siehst und hörst du nur zu.',
    es: 'El navegador no da cámara ni micrófono a esta página. De momento solo ves y escuchas.',
  },
  'The browser there will warn of the certificate, since it does not know this server: continue there, or install its authority.': {
    de: 'Der Browser dort wird vor dem Zertifikat warnen, weil er diesen Server nicht kennt: Geh dort trotzdem weiter, oder installiere dessen Zertifizierungsstelle.',
    es: 'El navegador de allí avisará del certificado, porque no conoce este servidor: continúa de todos modos, o instala su autoridad.',
  },
  'The camera and microphone cannot be opened, perhaps because another program uses them. Close that, then switch them on here. For now you only watch and listen.': {
    de: 'Kamera und Mikrofon lassen sich nicht öffnen, vielleicht weil ein anderes Programm sie benutzt. Beende es und schalte sie dann hier ein. Vorerst siehst und hörst du nur zu.',
    es: 'No se pueden abrir la cámara ni el micrófono, quizá porque los usa otro programa. Ciérralo, y actívalos después aquí. De momento solo ves y escuchas.',
  },
  'The camera and microphone did not start ({1}). For now you only watch and listen.': {
    de: 'Kamera und Mikrofon sind nicht angegangen ({1}). Vorerst siehst und hörst du nur zu.',
    es: 'La cámara y el micrófono no se han iniciado ({1}). De momento solo ves y escuchas.',
  },
  'The camera cannot be opened, perhaps because another program uses it. Close that, then switch it on here. You are not seen.': {
    de: 'Die Kamera lässt sich nicht öffnen, vielleicht weil ein anderes Programm sie benutzt. Beende es und schalte sie dann hier ein. Du wirst nicht gesehen.',
    es: 'No se puede abrir la cámara, quizá porque la usa otro programa. Ciérralo, y actívala después aquí. No se te ve.',
  },
  'The camera did not start ({1}). You are not seen.': {
    de: 'Die Kamera ist nicht angegangen ({1}). Du wirst nicht gesehen.',
    es: 'La cámara no se ha iniciado ({1}). No se te ve.',
  },
  'The connection is poor': { de: 'Die Verbindung ist schlecht', es: 'La conexión es mala' },
  'The list of STUN and TURN servers could not be fetched. {1} Without it connections work within one network.': {
    de: 'Die Liste der STUN- und TURN-Server konnte nicht geholt werden. {1} Ohne sie gelingen Verbindungen innerhalb eines Netzes.',
    es: 'No se ha podido obtener la lista de servidores STUN y TURN. {1} Sin ella, las conexiones funcionan dentro de una misma red.',
  },
  'The list of STUN and TURN servers could not be fetched. {1} Without it “Relay only” makes no connection.': {
    de: 'Die Liste der STUN- und TURN-Server konnte nicht geholt werden. {1} Ohne sie kommt mit „Nur über Relay“ keine Verbindung zustande.',
    es: 'No se ha podido obtener la lista de servidores STUN y TURN. {1} Sin ella, «Solo por relé» no consigue ninguna conexión.',
  },
  'The microphone cannot be opened, perhaps because another program uses it. Close that, then switch it on here. You are not heard.': {
    de: 'Das Mikrofon lässt sich nicht öffnen, vielleicht weil ein anderes Programm es benutzt. Beende es und schalte es dann hier ein. Du wirst nicht gehört.',
    es: 'No se puede abrir el micrófono, quizá porque lo usa otro programa. Ciérralo, y actívalo después aquí. No se te oye.',
  },
  'The microphone did not start ({1}). You are not heard.': {
    de: 'Das Mikrofon ist nicht angegangen ({1}). Du wirst nicht gehört.',
    es: 'El micrófono no se ha iniciado ({1}). No se te oye.',
  },
  'The screen cannot be shown ({1}).': {
    de: 'Der Bildschirm kann nicht gezeigt werden ({1}).',
    es: 'No se puede mostrar la pantalla ({1}).',
  },
  'The server did not accept this one.': {
    de: 'Dieses hat der Server nicht angenommen.',
    es: 'El servidor no ha aceptado esta.',
  },
  'The server wants another password. Enter it under “Server password”.': {
    de: 'Der Server will ein anderes Passwort. Gib es unter „Passwort des Servers“ ein.',
    es: 'El servidor quiere otra contraseña. Escríbela en «Contraseña del servidor».',
  },
  'They also need the server’s password.': {
    de: 'Außerdem braucht man dort das Passwort des Servers.',
    es: 'También hace falta la contraseña del servidor.',
  },
  'This address works on this computer only. Open this page by the address that the server printed when it started (“Open …”), and it shows one for other devices.': {
    de: 'Diese Adresse funktioniert nur auf diesem Computer. Öffne die Seite über die Adresse, die der Server beim Start ausgegeben hat („Open …“), dann zeigt sie eine für andere Geräte.',
    es: 'Esta dirección solo funciona en este ordenador. Abre la página con la dirección que el servidor mostró al arrancar («Open …»), y verás una para otros dispositivos.',
  },
  'This address works on this computer only: the server listens on no address of a network.': {
    de: 'Diese Adresse funktioniert nur auf diesem Computer: Der Server ist unter keiner Adresse eines Netzes erreichbar.',
    es: 'Esta dirección solo funciona en este ordenador: el servidor no escucha en ninguna dirección de red.',
  },
  'This browser cannot connect to another one: WebRTC (RTCPeerConnection) is missing or switched off, perhaps by a policy or an extension; please open the page in another browser.': {
    de: 'Dieser Browser kann sich mit keinem anderen verbinden: WebRTC (RTCPeerConnection) fehlt oder ist abgeschaltet, vielleicht durch eine Richtlinie oder eine Erweiterung; bitte öffne die Seite in einem anderen Browser.',
    es: 'Este navegador no puede conectarse con otro: WebRTC (RTCPeerConnection) falta o está desactivado, quizá por una directiva o una extensión; abre la página en otro navegador, por favor.',
  },
  'This server names no relay (TURN server). Where two devices do not reach each other directly, start it with --turn, or name a TURN server with --ice-server.': {
    de: 'Dieser Server nennt kein Relay (TURN-Server). Wo zwei Geräte einander nicht direkt erreichen, starte ihn mit --turn, oder nenne einen TURN-Server mit --ice-server.',
    es: 'Este servidor no indica ningún relé (servidor TURN). Si dos dispositivos no se alcanzan directamente, inícialo con --turn, o indica un servidor TURN con --ice-server.',
  },
  'Through a relay: {1}.': { de: 'Über ein Relay: {1}.', es: 'Por un relé: {1}.' },
  'Use these keys': { de: 'Diese Tasten benutzen', es: 'Usar estas teclas' },
  'Way to the other side': { de: 'Weg zur anderen Seite', es: 'Camino hasta el otro lado' },
  'Your name': { de: 'Dein Name', es: 'Tu nombre' },
  'from your token': { de: 'aus deinem Token', es: 'de tu token' },
  'none known yet': { de: 'noch keine bekannt', es: 'aún no se conoce ninguno' },
  // In Spanish for a microphone and a camera, which differ in gender.
  'off': { de: 'aus', es: 'en pausa' },
  'on': { de: 'an', es: 'en marcha' },
  'unavailable': { de: 'nicht verfügbar', es: 'no disponible' },
  '{1} – Switchboard': { de: '{1} – Switchboard', es: '{1} – Switchboard' },
  '{1} – {2} – Switchboard': { de: '{1} – {2} – Switchboard', es: '{1} – {2} – Switchboard' },
  '“{1}”': { de: '„{1}“', es: '«{1}»' },
};
