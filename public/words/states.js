// Words of the state panel in German and Spanish, by the English sentence; {1} stands for what is put in there.

export default {
  '{1} bytes': { de: '{1} Byte', es: '{1} bytes' },

  // --- The panel ---

  'State machines': { de: 'Zustandsautomaten', es: 'Máquinas de estados' },
  Channels: { de: 'Kanäle', es: 'Canales' },
  'Way through the network': { de: 'Weg durch das Netz', es: 'Camino por la red' },
  'Pair of candidates in use': { de: 'Benutztes Kandidatenpaar', es: 'Par de candidatos en uso' },
  'Round trip': { de: 'Hin und zurück', es: 'Ida y vuelta' },
  Sent: { de: 'Gesendet', es: 'Enviado' },
  Received: { de: 'Empfangen', es: 'Recibido' },
  'Sent: {1} ({2}). Received: {3} ({4}). Waiting: {5}.': {
    de: 'Gesendet: {1} ({2}). Empfangen: {3} ({4}). Wartet: {5}.',
    es: 'Enviados: {1} ({2}). Recibidos: {3} ({4}). En espera: {5}.',
  },
  Candidates: { de: 'Kandidaten', es: 'Candidatos' },
  'Show addresses': { de: 'Adressen zeigen', es: 'Mostrar direcciones' },
  Own: { de: 'Eigene', es: 'Propios' },
  Theirs: { de: 'Die der anderen Seite', es: 'Del otro lado' },
  Type: { de: 'Art', es: 'Tipo' },
  Protocol: { de: 'Protokoll', es: 'Protocolo' },
  Address: { de: 'Adresse', es: 'Dirección' },
  'in use': { de: 'benutzt', es: 'en uso' },
  '{1} more are not shown.': { de: '{1} weitere werden nicht gezeigt.', es: 'No se muestran otros {1}.' },
  'of the device itself': { de: 'des Geräts selbst', es: 'del propio dispositivo' },
  'as a STUN server sees it': { de: 'wie ein STUN-Server sie sieht', es: 'tal como la ve un servidor STUN' },
  'seen while connecting': { de: 'beim Verbinden gesehen', es: 'vista al conectar' },
  'of a TURN server': { de: 'eines TURN-Servers', es: 'de un servidor TURN' },
  'IPv4, masked': { de: 'IPv4, verdeckt', es: 'IPv4, oculta' },
  'IPv6, masked': { de: 'IPv6, verdeckt', es: 'IPv6, oculta' },
  'name under .local, masked': { de: 'Name unter .local, verdeckt', es: 'nombre bajo .local, oculto' },
  'name, masked': { de: 'Name, verdeckt', es: 'nombre, oculto' },
  'hidden by the browser': { de: 'vom Browser verborgen', es: 'oculta por el navegador' },
  'In the order in which it happened': { de: 'In der Reihenfolge, in der es geschah', es: 'En el orden en que ocurrió' },
  History: { de: 'Verlauf', es: 'Historial' },
  'Show earlier ({1})': { de: 'Früheres zeigen ({1})', es: 'Mostrar anteriores ({1})' },
  'Channel {1}': { de: 'Kanal {1}', es: 'Canal {1}' },
  'New connection': { de: 'Neue Verbindung', es: 'Conexión nueva' },
  'Pair in use': { de: 'Benutztes Paar', es: 'Par en uso' },
  'Copy as text': { de: 'Als Text kopieren', es: 'Copiar como texto' },
  'The state of the connection as text': { de: 'Der Zustand der Verbindung als Text', es: 'El estado de la conexión como texto' },

  // --- The state machines ---

  Signaling: { de: 'Signalisierung', es: 'Señalización' },
  'No offer is under way: nothing was agreed on yet, or everything is.': {
    de: 'Kein Angebot ist unterwegs: Es ist noch nichts vereinbart, oder alles.',
    es: 'No hay ninguna oferta en curso: aún no se ha acordado nada, o ya todo.',
  },
  'Our own offer is set, and we wait for the other side’s answer.': {
    de: 'Unser eigenes Angebot ist gesetzt, und wir warten auf die Antwort der anderen Seite.',
    es: 'Nuestra oferta está puesta, y esperamos la respuesta del otro lado.',
  },
  'The other side’s offer is set, and our answer is still to be made.': {
    de: 'Das Angebot der anderen Seite ist gesetzt, und unsere Antwort steht noch aus.',
    es: 'La oferta del otro lado está puesta, y falta nuestra respuesta.',
  },
  'We have given a provisional answer; the final one follows. Rare.': {
    de: 'Wir haben vorläufig geantwortet; die endgültige Antwort folgt. Selten.',
    es: 'Hemos dado una respuesta provisional; la definitiva viene después. Poco frecuente.',
  },
  'The other side has given a provisional answer; the final one follows. Rare.': {
    de: 'Die andere Seite hat vorläufig geantwortet; die endgültige Antwort folgt. Selten.',
    es: 'El otro lado ha dado una respuesta provisional; la definitiva viene después. Poco frecuente.',
  },
  'The connection was closed here; nothing can be agreed on any more.': {
    de: 'Die Verbindung wurde hier geschlossen; es kann nichts mehr vereinbart werden.',
    es: 'La conexión se cerró aquí; ya no se puede acordar nada.',
  },
  'ICE gathering': { de: 'ICE-Sammlung', es: 'Recolección de ICE' },
  'The browser has not looked yet for addresses at which it can be reached.': {
    de: 'Der Browser hat noch nicht nach Adressen gesucht, unter denen er zu erreichen ist.',
    es: 'El navegador aún no ha buscado direcciones en las que se le pueda alcanzar.',
  },
  'The browser looks for such addresses and reports each as a candidate.': {
    de: 'Der Browser sucht solche Adressen und meldet jede als Kandidaten.',
    es: 'El navegador busca esas direcciones y comunica cada una como candidato.',
  },
  'All candidates are found. There will be more only after an ICE restart.': {
    de: 'Alle Kandidaten sind gefunden. Weitere gibt es erst nach einem ICE-Neustart.',
    es: 'Se han encontrado todos los candidatos. Solo habrá más tras un reinicio de ICE.',
  },
  'ICE connection': { de: 'ICE-Verbindung', es: 'Conexión ICE' },
  'No candidate of the other side has come yet.': {
    de: 'Von der anderen Seite ist noch kein Kandidat gekommen.',
    es: 'Aún no ha llegado ningún candidato del otro lado.',
  },
  'Pairs of candidates, one of ours and one of theirs, are tried.': {
    de: 'Paare von Kandidaten, einer von uns und einer von dort, werden versucht.',
    es: 'Se prueban pares de candidatos, uno nuestro y uno suyo.',
  },
  'A pair works; better ones may still be looked for.': {
    de: 'Ein Paar funktioniert; vielleicht werden noch bessere gesucht.',
    es: 'Un par funciona; quizá aún se buscan mejores.',
  },
  'A pair works, and the search is over. Not every browser says so.': {
    de: 'Ein Paar funktioniert, und die Suche ist beendet. Nicht jeder Browser sagt das.',
    es: 'Un par funciona, y la búsqueda ha terminado. No todos los navegadores lo dicen.',
  },
  'The pair no longer answers. That may pass by itself.': {
    de: 'Das Paar antwortet nicht mehr. Das kann von selbst vergehen.',
    es: 'El par ya no responde. Puede que se arregle solo.',
  },
  'No pair works: another network, a firewall. Only an ICE restart helps.': {
    de: 'Kein Paar funktioniert: ein anderes Netz, eine Firewall. Nur ein ICE-Neustart hilft.',
    es: 'Ningún par funciona: otra red, un cortafuegos. Solo ayuda un reinicio de ICE.',
  },
  'The connection was closed here.': { de: 'Die Verbindung wurde hier geschlossen.', es: 'La conexión se cerró aquí.' },
  Connection: { de: 'Verbindung', es: 'Conexión' },
  'Nothing has begun.': { de: 'Noch hat nichts begonnen.', es: 'No ha empezado nada.' },
  'The browsers look for a way to each other, or agree on the encryption (DTLS).': {
    de: 'Die Browser suchen einen Weg zueinander oder vereinbaren die Verschlüsselung (DTLS).',
    es: 'Los navegadores buscan un camino entre ellos, o acuerdan el cifrado (DTLS).',
  },
  'There is an encrypted way to the other side. The channels may open a moment later.': {
    de: 'Es gibt einen verschlüsselten Weg zur anderen Seite. Die Kanäle öffnen vielleicht einen Augenblick später.',
    es: 'Hay un camino cifrado hasta el otro lado. Los canales pueden abrirse un momento después.',
  },
  'The way is interrupted, perhaps only for a moment.': {
    de: 'Der Weg ist unterbrochen, vielleicht nur für einen Augenblick.',
    es: 'El camino está interrumpido, quizá solo por un momento.',
  },
  'The way is gone and does not come back by itself.': {
    de: 'Der Weg ist weg und kommt nicht von selbst zurück.',
    es: 'El camino se ha perdido y no vuelve por sí solo.',
  },
  'It is over: one side has ended it.': { de: 'Sie ist vorbei: Eine Seite hat sie beendet.', es: 'Ha terminado: una de las partes la ha cerrado.' },

  // --- Channels ---

  'Waits for the connection.': { de: 'Wartet auf die Verbindung.', es: 'Espera la conexión.' },
  'What is written into it reaches the other side.': {
    de: 'Was hineingeschrieben wird, erreicht die andere Seite.',
    es: 'Lo que se escribe en él llega al otro lado.',
  },
  'One side has closed it; what was written before still goes.': {
    de: 'Eine Seite hat ihn geschlossen; was vorher geschrieben wurde, geht noch durch.',
    es: 'Un lado lo ha cerrado; lo escrito antes aún pasa.',
  },
  'Nothing goes through it any more.': { de: 'Es geht nichts mehr hindurch.', es: 'Ya no pasa nada por él.' },
  'Messages: in order, nothing is lost': {
    de: 'Nachrichten: in Reihenfolge, nichts geht verloren',
    es: 'Mensajes: en orden, nada se pierde',
  },
  'Files: in order, nothing is lost': {
    de: 'Dateien: in Reihenfolge, nichts geht verloren',
    es: 'Archivos: en orden, nada se pierde',
  },
  '“Is typing”: unordered, sent but once': {
    de: '„Schreibt gerade“: ohne Reihenfolge, nur einmal gesendet',
    es: '«Está escribiendo»: sin orden, enviado una sola vez',
  },
};
