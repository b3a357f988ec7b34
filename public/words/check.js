// Words of the check page in German and Spanish, by the English sentence; {1} stands for what is put in there.

export default {
  'Switchboard – check': { de: 'Switchboard – Prüfung', es: 'Switchboard – comprobación' },
  'Accepted: the browser let you continue past its warning, if there was one. It may warn again later; to end that, install the authority (“ca” at this server).': {
    de: 'Hingenommen: Der Browser hat dich an seiner Warnung vorbeigelassen, falls es eine gab. Er warnt später vielleicht wieder; damit das aufhört, installiere die Zertifizierungsstelle („ca“ auf diesem Server).',
    es: 'Aceptado: el navegador te ha dejado continuar tras su aviso, si lo hubo. Puede volver a avisar; para evitarlo, instala la autoridad («ca» en este servidor).',
  },
  'Address for the other device': { de: 'Adresse für das andere Gerät', es: 'Dirección para el otro dispositivo' },
  'Address of a relay (relay)': { de: 'Adresse eines Relays (relay)', es: 'Dirección de un relé (relay)' },
  'Address on the Internet (srflx)': { de: 'Adresse im Internet (srflx)', es: 'Dirección en Internet (srflx)' },
  'Addresses in this network (host)': { de: 'Adressen in diesem Netz (host)', es: 'Direcciones en esta red (host)' },
  'All is well so far.': { de: 'So weit ist alles in Ordnung.', es: 'Por ahora todo va bien.' },
  'All is well: this device can call.': {
    de: 'Alles in Ordnung: Dieses Gerät kann anrufen.',
    es: 'Todo va bien: este dispositivo puede llamar.',
  },
  'Another device': { de: 'Ein anderes Gerät', es: 'Otro dispositivo' },
  'Both can be used. They are off again.': {
    de: 'Beide lassen sich benutzen. Sie sind wieder aus.',
    es: 'Ambos se pueden usar. Están apagados otra vez.',
  },
  'Browsers give camera and microphone only to pages opened with https. Open {1} instead.': {
    de: 'Browser geben Kamera und Mikrofon nur Seiten, die mit https geöffnet wurden. Öffne stattdessen {1}.',
    es: 'Los navegadores solo dan la cámara y el micrófono a páginas abiertas con https. Abre {1} en su lugar.',
  },
  'Camera and microphone': { de: 'Kamera und Mikrofon', es: 'Cámara y micrófono' },
  'Certificate': { de: 'Zertifikat', es: 'Certificado' },
  'Checking. The browser may ask for camera and microphone.': {
    de: 'Die Prüfung läuft. Der Browser fragt vielleicht nach Kamera und Mikrofon.',
    es: 'Comprobando. Puede que el navegador pregunte por la cámara y el micrófono.',
  },
  'Checks': { de: 'Prüfungen', es: 'Comprobaciones' },
  'It needs the connection to the server.': {
    de: 'Dafür ist die Verbindung zum Server nötig.',
    es: 'Necesita la conexión con el servidor.',
  },
  'Link and code for the other device': {
    de: 'Link und Code für das andere Gerät',
    es: 'Enlace y código para el otro dispositivo',
  },
  'No WebSocket passes between this device and the server: a proxy, a VPN or an extension stops it. Calls still work, by long-polling; on an iPhone, installing the authority may help (docs/lan.md).': {
    de: 'Kein WebSocket kommt zwischen diesem Gerät und dem Server durch: Ein Proxy, ein VPN oder eine Erweiterung hält ihn auf. Anrufe gelingen trotzdem, durch Long-Polling; auf einem iPhone hilft es vielleicht, die Zertifizierungsstelle zu installieren (docs/lan.md).',
    es: 'Ningún WebSocket pasa entre este dispositivo y el servidor: lo detiene un proxy, una VPN o una extensión. Las llamadas funcionan de todos modos, por long-polling; en un iPhone puede ayudar instalar la autoridad (docs/lan.md).',
  },
  'No camera found: connect one, then start again.': {
    de: 'Keine Kamera gefunden: Schließ eine an und starte dann noch einmal.',
    es: 'No se ha encontrado ninguna cámara: conecta una y vuelve a empezar.',
  },
  'No camera or microphone found: connect one, then start again.': {
    de: 'Weder Kamera noch Mikrofon gefunden: Schließ etwas an und starte dann noch einmal.',
    es: 'No se ha encontrado cámara ni micrófono: conecta uno y vuelve a empezar.',
  },
  'No microphone found: connect one, then start again.': {
    de: 'Kein Mikrofon gefunden: Schließ eines an und starte dann noch einmal.',
    es: 'No se ha encontrado ningún micrófono: conecta uno y vuelve a empezar.',
  },
  'No other device yet: open this page on it, too, and press Start there.': {
    de: 'Noch kein anderes Gerät: Öffne diese Seite auch dort und drücke dort auf „Start“.',
    es: 'Aún no hay otro dispositivo: abre esta página también en él y pulsa «Empezar» allí.',
  },
  'None found: UDP to the STUN server is blocked. Calls to other networks need the relay.': {
    de: 'Keine gefunden: UDP zum STUN-Server ist gesperrt. Anrufe in andere Netze brauchen das Relay.',
    es: 'No se ha encontrado ninguna: UDP al servidor STUN está bloqueado. Las llamadas a otras redes necesitan el relé.',
  },
  'None found: the TURN server was not reached. Open its port in the firewall (UDP and TCP 3478), or try another network.': {
    de: 'Keine gefunden: Der TURN-Server war nicht zu erreichen. Öffne seinen Port in der Firewall (UDP und TCP 3478), oder versuche es in einem anderen Netz.',
    es: 'No se ha encontrado ninguna: no se ha alcanzado el servidor TURN. Abre su puerto en el cortafuegos (UDP y TCP 3478), o prueba otra red.',
  },
  'None found: this device seems to be in no network, or a setting or an extension of the browser hides its addresses.': {
    de: 'Keine gefunden: Dieses Gerät scheint in keinem Netz zu sein, oder eine Einstellung oder Erweiterung des Browsers verbirgt seine Adressen.',
    es: 'No se ha encontrado ninguna: este dispositivo no parece estar en ninguna red, o un ajuste o una extensión del navegador oculta sus direcciones.',
  },
  'On the computer of the server itself browsers need none.': {
    de: 'Auf dem Computer des Servers selbst brauchen Browser keines.',
    es: 'En el propio ordenador del servidor los navegadores no lo necesitan.',
  },
  'Open this address on the other device, in the same network, and press Start there.': {
    de: 'Öffne diese Adresse auf dem anderen Gerät, im selben Netz, und drücke dort auf „Start“.',
    es: 'Abre esta dirección en el otro dispositivo, en la misma red, y pulsa «Empezar» allí.',
  },
  'Open.': { de: 'Offen.', es: 'Abierto.' },
  'Press Start. The browser asks for camera and microphone.': {
    de: 'Drücke auf „Start“. Der Browser fragt nach Kamera und Mikrofon.',
    es: 'Pulsa «Empezar». El navegador pregunta por la cámara y el micrófono.',
  },
  'Reached: a message came over a direct connection.': {
    de: 'Erreicht: Über eine direkte Verbindung kam eine Nachricht an.',
    es: 'Alcanzado: ha llegado un mensaje por una conexión directa.',
  },
  'Secure page': { de: 'Sichere Seite', es: 'Página segura' },
  'Start': { de: 'Start', es: 'Empezar' },
  'Start again': { de: 'Noch einmal starten', es: 'Empezar otra vez' },
  'The browser does not let this page use the camera and microphone: allow them by the icon beside the address, and in the settings of the device for this browser, then start again.': {
    de: 'Der Browser erlaubt dieser Seite Kamera und Mikrofon nicht: Erlaube sie über das Symbol neben der Adresse und in den Einstellungen des Geräts für diesen Browser, und starte dann noch einmal.',
    es: 'El navegador no deja que esta página use la cámara ni el micrófono: permítelos con el icono junto a la dirección, y en los ajustes del dispositivo para este navegador, y vuelve a empezar.',
  },
  'The browser does not let this page use the camera: allow it by the icon beside the address, and in the settings of the device for this browser, then start again.': {
    de: 'Der Browser erlaubt dieser Seite die Kamera nicht: Erlaube sie über das Symbol neben der Adresse und in den Einstellungen des Geräts für diesen Browser, und starte dann noch einmal.',
    es: 'El navegador no deja que esta página use la cámara: permítela con el icono junto a la dirección, y en los ajustes del dispositivo para este navegador, y vuelve a empezar.',
  },
  'The browser does not let this page use the microphone: allow it by the icon beside the address, and in the settings of the device for this browser, then start again.': {
    de: 'Der Browser erlaubt dieser Seite das Mikrofon nicht: Erlaube es über das Symbol neben der Adresse und in den Einstellungen des Geräts für diesen Browser, und starte dann noch einmal.',
    es: 'El navegador no deja que esta página use el micrófono: permítelo con el icono junto a la dirección, y en los ajustes del dispositivo para este navegador, y vuelve a empezar.',
  },
  'The browser gives this page no camera and no microphone: open it with https.': {
    de: 'Der Browser gibt dieser Seite weder Kamera noch Mikrofon: Öffne sie mit https.',
    es: 'El navegador no da cámara ni micrófono a esta página: ábrela con https.',
  },
  'The browser says: {1}.': { de: 'Der Browser sagt: {1}.', es: 'El navegador dice: {1}.' },
  'The camera and microphone cannot be opened, perhaps because another program uses them: close that, then start again.': {
    de: 'Kamera und Mikrofon lassen sich nicht öffnen, vielleicht weil ein anderes Programm sie benutzt: Beende es und starte dann noch einmal.',
    es: 'No se pueden abrir la cámara ni el micrófono, quizá porque los usa otro programa: ciérralo y vuelve a empezar.',
  },
  'The camera and microphone did not start ({1}): restart the browser, then start again.': {
    de: 'Kamera und Mikrofon sind nicht angegangen ({1}): Starte den Browser neu und dann noch einmal die Prüfung.',
    es: 'La cámara y el micrófono no se han iniciado ({1}): reinicia el navegador y vuelve a empezar.',
  },
  'The camera cannot be opened, perhaps because another program uses it: close that, then start again.': {
    de: 'Die Kamera lässt sich nicht öffnen, vielleicht weil ein anderes Programm sie benutzt: Beende es und starte dann noch einmal.',
    es: 'No se puede abrir la cámara, quizá porque la usa otro programa: ciérralo y vuelve a empezar.',
  },
  'The camera did not start ({1}): restart the browser, then start again.': {
    de: 'Die Kamera ist nicht angegangen ({1}): Starte den Browser neu und dann noch einmal die Prüfung.',
    es: 'La cámara no se ha iniciado ({1}): reinicia el navegador y vuelve a empezar.',
  },
  'The connection to the server ended: start again.': {
    de: 'Die Verbindung zum Server ist beendet: Starte noch einmal.',
    es: 'La conexión con el servidor ha terminado: vuelve a empezar.',
  },
  'The first device is not here: leave its page open, and press Start there.': {
    de: 'Das erste Gerät ist nicht da: Lass seine Seite offen und drücke dort auf „Start“.',
    es: 'El primer dispositivo no está: deja su página abierta, y pulsa «Empezar» allí.',
  },
  'The last check waits for another device.': {
    de: 'Die letzte Prüfung wartet auf ein anderes Gerät.',
    es: 'La última comprobación espera a otro dispositivo.',
  },
  'The microphone cannot be opened, perhaps because another program uses it: close that, then start again.': {
    de: 'Das Mikrofon lässt sich nicht öffnen, vielleicht weil ein anderes Programm es benutzt: Beende es und starte dann noch einmal.',
    es: 'No se puede abrir el micrófono, quizá porque lo usa otro programa: ciérralo y vuelve a empezar.',
  },
  'The microphone did not start ({1}): restart the browser, then start again.': {
    de: 'Das Mikrofon ist nicht angegangen ({1}): Starte den Browser neu und dann noch einmal die Prüfung.',
    es: 'El micrófono no se ha iniciado ({1}): reinicia el navegador y vuelve a empezar.',
  },
  'The other device is here. Connecting to it…': {
    de: 'Das andere Gerät ist da. Verbindung wird aufgebaut…',
    es: 'El otro dispositivo está aquí. Conectando…',
  },
  'The other device opened the page, and no connection to it came about. Put both into the same network (a guest Wi-Fi often keeps devices apart), switch a VPN off, allow the browser UDP in the firewall; between two networks the server needs --turn.': {
    de: 'Das andere Gerät hat die Seite geöffnet, aber es kam keine Verbindung zustande. Bringe beide ins selbe Netz (ein Gäste-WLAN trennt Geräte oft voneinander), schalte ein VPN aus, erlaube dem Browser UDP in der Firewall; zwischen zwei Netzen braucht der Server --turn.',
    es: 'El otro dispositivo ha abierto la página, pero no se ha logrado ninguna conexión. Conecta ambos a la misma red (una wifi de invitados suele separar los dispositivos), desactiva la VPN, permite UDP al navegador en el cortafuegos; entre dos redes el servidor necesita --turn.',
  },
  'The server does not say which servers it names: see “WebSocket”.': {
    de: 'Der Server sagt nicht, welche Server er nennt: siehe „WebSocket“.',
    es: 'El servidor no dice qué servidores indica: mira «WebSocket».',
  },
  'The server is out of reach: check that it runs, and that this device is in its network.': {
    de: 'Der Server ist nicht zu erreichen: Prüfe, ob er läuft und ob dieses Gerät in seinem Netz ist.',
    es: 'No se puede alcanzar el servidor: comprueba que está en marcha y que este dispositivo está en su red.',
  },
  'The server sees the same address that this device has: no router changes it on the way.': {
    de: 'Der Server sieht dieselbe Adresse, die dieses Gerät hat: Kein Router ändert sie unterwegs.',
    es: 'El servidor ve la misma dirección que tiene este dispositivo: ningún router la cambia por el camino.',
  },
  'The server wants another password: enter it under “Server password”, then start again.': {
    de: 'Der Server will ein anderes Passwort: Gib es unter „Passwort des Servers“ ein und starte dann noch einmal.',
    es: 'El servidor quiere otra contraseña: escríbela en «Contraseña del servidor» y vuelve a empezar.',
  },
  'This browser cannot connect to another one (no RTCPeerConnection): open the page in another browser.': {
    de: 'Dieser Browser kann sich mit keinem anderen verbinden (kein RTCPeerConnection): Öffne die Seite in einem anderen Browser.',
    es: 'Este navegador no puede conectarse con otro (falta RTCPeerConnection): abre la página en otro navegador.',
  },
  'This page needs JavaScript to check the device.': {
    de: 'Diese Seite braucht JavaScript, um das Gerät zu prüfen.',
    es: 'Esta página necesita JavaScript para comprobar el dispositivo.',
  },
  'This page was opened with {1} at {2}.': {
    de: 'Diese Seite wurde mit {1} unter {2} geöffnet.',
    es: 'Esta página se ha abierto con {1} en {2}.',
  },
  'This page was opened without https.': {
    de: 'Diese Seite wurde ohne https geöffnet.',
    es: 'Esta página se ha abierto sin https.',
  },
  'This server names no STUN server. Within one network none is needed.': {
    de: 'Dieser Server nennt keinen STUN-Server. Innerhalb eines Netzes ist keiner nötig.',
    es: 'Este servidor no indica ningún servidor STUN. Dentro de una misma red no hace falta.',
  },
  'This server names no TURN server. Within one network none is needed; for calls between any two networks start the server with --turn.': {
    de: 'Dieser Server nennt keinen TURN-Server. Innerhalb eines Netzes ist keiner nötig; für Anrufe zwischen zwei beliebigen Netzen starte den Server mit --turn.',
    es: 'Este servidor no indica ningún servidor TURN. Dentro de una misma red no hace falta; para llamadas entre dos redes cualesquiera inicia el servidor con --turn.',
  },
  'Trusted: the browser knows the authority that signed it.': {
    de: 'Vertraut: Der Browser kennt die Stelle, die es unterschrieben hat.',
    es: 'De confianza: el navegador conoce la autoridad que lo firmó.',
  },
  'WebSocket': { de: 'WebSocket', es: 'WebSocket' },
  'What this device needs for a call': {
    de: 'Was dieses Gerät für einen Anruf braucht',
    es: 'Lo que este dispositivo necesita para una llamada',
  },
  'Without RTCPeerConnection.': { de: 'Ohne RTCPeerConnection.', es: 'Sin RTCPeerConnection.' },
  'failed': { de: 'gescheitert', es: 'fallido' },
  'not started': { de: 'nicht begonnen', es: 'sin empezar' },
  'not tried': { de: 'nicht versucht', es: 'no probado' },
  'ok': { de: 'in Ordnung', es: 'bien' },
  'waiting': { de: 'wartet', es: 'esperando' },
  '{1} found.': { de: '{1} gefunden.', es: 'Encontradas: {1}.' },
  '{1} of {2} checks failed: see what to do there.': {
    de: '{1} von {2} Prüfungen sind gescheitert: Dort steht, was zu tun ist.',
    es: '{1} de {2} comprobaciones han fallado: mira allí qué hacer.',
  },
};
