// Sentences of the library (public/switchboard/) that users see, in German and Spanish.

export default {
  'You hung up.': { de: 'Du hast aufgelegt.', es: 'Has colgado.' },
  'Call cancelled.': { de: 'Anruf abgebrochen.', es: 'Llamada cancelada.' },
  'The connection to {1} was lost.': { de: 'Die Verbindung zu {1} ist abgerissen.', es: 'Se ha perdido la conexión con {1}.' },
  '{1} did not get your answer and waits again. Please answer once more.': {
    de: '{1} hat deine Antwort nicht bekommen und wartet wieder. Bitte nimm noch einmal an.',
    es: '{1} no ha recibido tu respuesta y vuelve a esperar. Contesta otra vez, por favor.',
  },
  '{1} hung up.': { de: '{1} hat aufgelegt.', es: '{1} ha colgado.' },
  '{1} closed the page.': { de: '{1} hat die Seite geschlossen.', es: '{1} ha cerrado la página.' },
  '{1} lost the connection.': { de: '{1} hat die Verbindung verloren.', es: '{1} ha perdido la conexión.' },
  '{1} ended the call.': { de: '{1} hat den Anruf beendet.', es: '{1} ha terminado la llamada.' },
  'You have answered {1}.': { de: 'Du hast den Anruf von {1} angenommen.', es: 'Has contestado a {1}.' },
  'The call of {1} was declined.': { de: 'Der Anruf von {1} wurde abgelehnt.', es: 'La llamada de {1} ha sido rechazada.' },
  'The connection to the server has ended. If {1} still waits, the call comes again.': {
    de: 'Die Verbindung zum Server ist beendet. Wenn {1} noch wartet, kommt der Anruf wieder.',
    es: 'La conexión con el servidor ha terminado. Si {1} sigue esperando, la llamada volverá.',
  },
  'Another user answered {1} first.': { de: 'Jemand anderes hat den Anruf von {1} zuerst angenommen.', es: 'Otra persona ha contestado antes a {1}.' },
  '{1}’s connection to the server was lost.': {
    de: 'Die Verbindung von {1} zum Server ist abgerissen.',
    es: 'Se ha perdido la conexión de {1} con el servidor.',
  },
  '{1} no longer waits.': { de: '{1} wartet nicht mehr.', es: '{1} ya no espera.' },
  '{1} declined the call.': { de: '{1} hat den Anruf abgelehnt.', es: '{1} ha rechazado la llamada.' },
  'Your call was not answered in time. You can call again.': {
    de: 'Niemand hat rechtzeitig angenommen. Du kannst noch einmal anrufen.',
    es: 'Nadie ha contestado a tiempo. Puedes llamar otra vez.',
  },
  'The server had lost your call; it is waiting there again.': {
    de: 'Der Server hatte deinen Anruf verloren; er wartet dort wieder.',
    es: 'El servidor había perdido tu llamada; vuelve a esperar allí.',
  },
  '{1} is back.': { de: '{1} ist wieder da.', es: '{1} ha vuelto.' },
  '{1} is no longer there.': { de: '{1} ist nicht mehr da.', es: '{1} ya no está.' },
  'WebRTC (RTCPeerConnection) is missing in this browser, or switched off.': {
    de: 'WebRTC (RTCPeerConnection) fehlt in diesem Browser oder ist abgeschaltet.',
    es: 'WebRTC (RTCPeerConnection) falta en este navegador o está desactivado.',
  },
  'The server at {1} did not reply.': { de: 'Der Server {1} hat nicht geantwortet.', es: 'El servidor {1} no ha respondido.' },
  'The server at {1} did not reply. Is it running, and does the browser trust its certificate?': {
    de: 'Der Server {1} hat nicht geantwortet. Läuft er, und vertraut der Browser seinem Zertifikat?',
    es: 'El servidor {1} no ha respondido. ¿Está en marcha, y confía el navegador en su certificado?',
  },
  'The server did not reply in time.': { de: 'Der Server hat nicht rechtzeitig geantwortet.', es: 'El servidor no ha respondido a tiempo.' },
  'The server did not reply.': { de: 'Der Server hat nicht geantwortet.', es: 'El servidor no ha respondido.' },
  'The reply is not a list of ICE servers.': { de: 'Die Antwort ist keine Liste von ICE-Servern.', es: 'La respuesta no es una lista de servidores ICE.' },
  'The server replied with status {1}.': { de: 'Der Server hat mit Status {1} geantwortet.', es: 'El servidor ha respondido con el estado {1}.' },
  'The script for {1} could not be fetched from the server: {2}': {
    de: 'Ein Skript konnte nicht vom Server geholt werden ({1}): {2}',
    es: 'No se ha podido obtener un script del servidor ({1}): {2}',
  },
  'No connection to {1}: {2}': { de: 'Keine Verbindung zu {1}: {2}', es: 'Sin conexión con {1}: {2}' },
  'The server did not let you into the room in time. Please join again.': {
    de: 'Der Server hat dich nicht rechtzeitig in den Raum gelassen. Bitte tritt noch einmal bei.',
    es: 'El servidor no te ha dejado entrar en la sala a tiempo. Vuelve a unirte, por favor.',
  },
  'You left the room.': { de: 'Du hast den Raum verlassen.', es: 'Has salido de la sala.' },
  'The client was closed.': { de: 'Die Verbindung zum Server wurde geschlossen.', es: 'Se ha cerrado la conexión con el servidor.' },
  'The room is full.': { de: 'Der Raum ist voll.', es: 'La sala está llena.' },
  'The server does not have your call any more. Please call again.': {
    de: 'Der Server hat deinen Anruf nicht mehr. Bitte ruf noch einmal an.',
    es: 'El servidor ya no tiene tu llamada. Llama otra vez, por favor.',
  },
  'The server does not have this call any more.': { de: 'Der Server hat diesen Anruf nicht mehr.', es: 'El servidor ya no tiene esta llamada.' },
  '“Relay only” is on, but this server names no relay, so no connection comes about: start it with --turn, or name a TURN server with --ice-server, or switch “Relay only” off.': {
    de: '„Nur über Relay“ ist eingeschaltet, aber dieser Server nennt kein Relay, also kommt keine Verbindung zustande: Starte ihn mit --turn, oder nenne einen TURN-Server mit --ice-server, oder schalte „Nur über Relay“ aus.',
    es: '«Solo por relé» está activado, pero este servidor no indica ningún relé, así que no hay conexión: inícialo con --turn, indica un servidor TURN con --ice-server, o desactiva «Solo por relé».',
  },
  'No way to {1} was found. Candidates: {2} from this browser, {3} from {4}’s. {5}': {
    de: 'Es wurde kein Weg zu {1} gefunden. Kandidaten: {2} von diesem Browser, {3} von dem von {4}. {5}',
    es: 'No se ha encontrado ningún camino hasta {1}. Candidatos: {2} de este navegador, {3} del de {4}. {5}',
  },
  '{1} and {2}': { de: '{1} und {2}', es: '{1} y {2}' },
  '{1}: {2}': { de: '{1}: {2}', es: '{1}: {2}' },
  none: { de: 'keine', es: 'ninguno' },
  '“Relay only” is on, and the relay (TURN server) gave no candidate: it was not reached, or did not accept the credentials.': {
    de: '„Nur über Relay“ ist eingeschaltet, und das Relay (TURN-Server) gab keinen Kandidaten: Es war nicht zu erreichen oder nahm die Zugangsdaten nicht an.',
    es: '«Solo por relé» está activado, y el relé (servidor TURN) no dio ningún candidato: no se ha podido alcanzar, o no aceptó las credenciales.',
  },
  'This device seems to be in no network: check its Wi-Fi or cable, then try again.': {
    de: 'Dieses Gerät scheint in keinem Netz zu sein: Prüfe WLAN oder Kabel und versuche es dann noch einmal.',
    es: 'Este dispositivo no parece estar en ninguna red: comprueba su wifi o su cable, y vuelve a intentarlo.',
  },
  '{1}’s page may have been closed, or its device has lost the network: try again.': {
    de: 'Die Seite von {1} wurde vielleicht geschlossen, oder das Gerät hat das Netz verloren: Versuche es noch einmal.',
    es: 'Quizá se ha cerrado la página de {1}, o su dispositivo ha perdido la red: vuelve a intentarlo.',
  },
  'Even the relay (TURN server) was not reached: a firewall may block it. Try another network on one of the two devices.': {
    de: 'Auch das Relay (TURN-Server) war nicht zu erreichen: Vielleicht sperrt es eine Firewall. Versuche es auf einem der beiden Geräte mit einem anderen Netz.',
    es: 'Tampoco se ha alcanzado el relé (servidor TURN): quizá lo bloquea un cortafuegos. Prueba otra red en uno de los dos dispositivos.',
  },
  'A firewall or a VPN may be between the two devices. Put both into the same network (a guest Wi-Fi often keeps devices apart), switch a VPN off, allow the browser UDP in the firewall, then try again.': {
    de: 'Vielleicht ist eine Firewall oder ein VPN zwischen den beiden Geräten. Bringe beide ins selbe Netz (ein Gäste-WLAN trennt Geräte oft voneinander), schalte ein VPN aus, erlaube dem Browser UDP in der Firewall und versuche es dann noch einmal.',
    es: 'Quizá hay un cortafuegos o una VPN entre los dos dispositivos. Conecta ambos a la misma red (una wifi de invitados suele separar los dispositivos), desactiva la VPN, permite UDP al navegador en el cortafuegos, y vuelve a intentarlo.',
  },
  'A firewall or a VPN may be between the two devices. Put both into the same network (a guest Wi-Fi often keeps devices apart), switch a VPN off, allow the browser UDP in the firewall, then try again. Between any two networks a relay helps: if you run the server, start it with --turn, or name a TURN server with --ice-server.': {
    de: 'Vielleicht ist eine Firewall oder ein VPN zwischen den beiden Geräten. Bringe beide ins selbe Netz (ein Gäste-WLAN trennt Geräte oft voneinander), schalte ein VPN aus, erlaube dem Browser UDP in der Firewall und versuche es dann noch einmal. Zwischen zwei beliebigen Netzen hilft ein Relay: Wenn du den Server betreibst, starte ihn mit --turn, oder nenne einen TURN-Server mit --ice-server.',
    es: 'Quizá hay un cortafuegos o una VPN entre los dos dispositivos. Conecta ambos a la misma red (una wifi de invitados suele separar los dispositivos), desactiva la VPN, permite UDP al navegador en el cortafuegos, y vuelve a intentarlo. Entre dos redes cualesquiera ayuda un relé: si administras el servidor, inícialo con --turn, o indica un servidor TURN con --ice-server.',
  },
  '{1}’s page does not take part in changes during a call. What you add now, a camera or a screen, reaches them only in a new call.': {
    de: 'Die Seite von {1} macht Änderungen während eines Anrufs nicht mit. Was du jetzt hinzufügst, Kamera oder Bildschirm, kommt dort erst bei einem neuen Anruf an.',
    es: 'La página de {1} no admite cambios durante una llamada. Lo que añadas ahora, una cámara o una pantalla, le llegará solo en una llamada nueva.',
  },
  'The browser makes no more connections for this page. Please reload the page.': {
    de: 'Der Browser macht für diese Seite keine Verbindungen mehr. Bitte lade die Seite neu.',
    es: 'El navegador no hace más conexiones para esta página. Recárgala, por favor.',
  },
  'The call has ended, or the room was left.': {
    de: 'Der Anruf ist beendet, oder der Raum wurde verlassen.',
    es: 'La llamada ha terminado, o se ha salido de la sala.',
  },
  'The file “{1}” did not arrive: {2}.': { de: 'Die Datei „{1}“ ist nicht angekommen: {2}.', es: 'El archivo «{1}» no ha llegado: {2}.' },
  'Pages of {1} may not connect to this server. To allow them, start it with --allow-origin {2}': {
    de: 'Seiten von {1} dürfen sich mit diesem Server nicht verbinden. Um sie zu erlauben, starte ihn mit --allow-origin {2}',
    es: 'Las páginas de {1} no pueden conectarse a este servidor. Para permitirlas, inícialo con --allow-origin {2}',
  },
  'This client is closed, by itself or by the server: connect again with Switchboard.connect().': {
    de: 'Die Verbindung zum Server wurde geschlossen. Lade die Seite neu.',
    es: 'Se ha cerrado la conexión con el servidor. Vuelve a cargar la página.',
  },
  'This call has no data channels: the side that called opened none, and none can be added later.': {
    de: 'Dieser Anruf hat keine Datenkanäle: Wer anrief, hat keine geöffnet, und später kommt keiner dazu.',
    es: 'Esta llamada no tiene canales de datos: quien llamó no abrió ninguno, y después no se pueden añadir.',
  },
  'No track can be sent: the devices are not open yet, or there are only channels (media: false).': {
    de: 'Bild und Ton können nicht gesendet werden: Die Geräte sind noch nicht offen.',
    es: 'No se puede enviar imagen ni sonido: los dispositivos aún no están abiertos.',
  },
  'This call is being answered already.': { de: 'Dieser Anruf wird schon angenommen.', es: 'Esta llamada ya se está contestando.' },
  'This client is in the room already, or about to be.': { de: 'Du bist schon in diesem Raum oder betrittst ihn gerade.', es: 'Ya estás en esta sala, o estás entrando.' },
  'This connection was made without sound, and sound cannot be added: the side that offers it has to allow media.': {
    de: 'Diese Verbindung hat keinen Ton, und er kann nicht dazukommen: Die andere Seite hat ihn nicht vorgesehen.',
    es: 'Esta conexión no tiene sonido, y no se puede añadir: el otro lado no lo ha previsto.',
  },
  'This connection was made without picture, and a picture cannot be added: the side that offers it has to allow media.': {
    de: 'Diese Verbindung hat kein Bild, und es kann nicht dazukommen: Die andere Seite hat es nicht vorgesehen.',
    es: 'Esta conexión no tiene imagen, y no se puede añadir: el otro lado no la ha previsto.',
  },
};
