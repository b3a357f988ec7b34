// What the server rejects, in German and Spanish, by the code (docs/protocol.md); its own sentence is English. Where
// a token is not accepted, or no list of ICE servers given out, pages get the sentence alone.

export default {
  'wrong-password': { de: 'Das Passwort des Servers stimmt nicht.', es: 'La contraseña del servidor no es correcta.' },
  'wrong-token': {
    de: 'Der Server nimmt dieses Token nicht an: Es ist falsch, abgelaufen oder fehlt.',
    es: 'El servidor no acepta este token: es incorrecto, ha caducado o falta.',
  },
  'bad-payload': {
    de: 'Der Server versteht diese Nachricht nicht.',
    es: 'El servidor no entiende este mensaje.',
  },
  'too-large': { de: 'Das ist größer, als der Server erlaubt.', es: 'Es más grande de lo que permite el servidor.' },
  'rate-limited': {
    de: 'Das ging zu schnell. Warte einen Augenblick.',
    es: 'Demasiado rápido. Espera un momento.',
  },
  'too-many': {
    de: 'Mehr davon erlaubt der Server nicht. Beende zuerst etwas.',
    es: 'El servidor no permite más. Termina algo primero.',
  },
  'no-such-offer': {
    de: 'Dieser Anruf wartet nicht mehr.',
    es: 'Esta llamada ya no está esperando.',
  },
  'already-answered': {
    de: 'Dieser Anruf ist schon angenommen.',
    es: 'Esta llamada ya está contestada.',
  },
  'own-offer': {
    de: 'Das ist dein eigener Anruf: Öffne die Seite ein zweites Mal, um ihn anzunehmen.',
    es: 'Es tu propia llamada: abre la página otra vez para contestarla.',
  },
  'no-call': { de: 'Diesen Anruf gibt es nicht mehr.', es: 'Esta llamada ya no existe.' },
  'not-in-room': { de: 'Du bist nicht in diesem Raum.', es: 'No estás en esta sala.' },
  'room-full': { de: 'In diesem Raum ist kein Platz mehr.', es: 'No queda sitio en esta sala.' },
  'room-locked': {
    de: 'Dieser Raum ist geschlossen: Im Moment wird niemand mehr hereingelassen.',
    es: 'Esta sala está cerrada: de momento no se deja entrar a nadie más.',
  },
  'not-admitted': { de: 'Du wurdest nicht in den Raum gelassen.', es: 'No te han dejado entrar en la sala.' },
  'room-closed': { de: 'Dieser Raum wurde geschlossen.', es: 'Esta sala se ha cerrado.' },
  'not-host': { de: 'Das kann nur, wer den Raum leitet.', es: 'Eso solo puede hacerlo quien dirige la sala.' },
  'no-such-peer': {
    de: 'Diese Person ist nicht mehr da.',
    es: 'Esta persona ya no está.',
  },
  unavailable: {
    de: 'Der Server erreicht die anderen Server nicht, mit denen er arbeitet: Versuch es gleich noch einmal.',
    es: 'El servidor no alcanza a los otros con los que trabaja: inténtalo de nuevo en un momento.',
  },
  'The server cannot fetch the keys of tokens at the moment: try again in a moment.': {
    de: 'Der Server kann die Schlüssel für Token gerade nicht abrufen: Versuch es gleich noch einmal.',
    es: 'El servidor no puede obtener ahora las claves de los tokens: inténtalo de nuevo en un momento.',
  },
  "The token was signed with a key that the issuer of this server's tokens does not publish.": {
    de: 'Das Token ist mit einem Schlüssel unterschrieben, den der Aussteller der Token dieses Servers nicht veröffentlicht.',
    es: 'El token está firmado con una clave que el emisor de los tokens de este servidor no publica.',
  },
  'The token does not say which key it was signed with: its header needs a "kid".': {
    de: 'Das Token sagt nicht, mit welchem Schlüssel es unterschrieben ist: In seinem Kopf fehlt „kid“.',
    es: 'El token no dice con qué clave está firmado: a su cabecera le falta «kid».',
  },
  'The service that decides who may connect does not answer: try again in a moment.': {
    de: 'Der Dienst, der über den Zutritt entscheidet, antwortet nicht: Versuch es gleich noch einmal.',
    es: 'El servicio que decide quién puede entrar no responde: inténtalo de nuevo en un momento.',
  },
  'You may not connect: the service that decides about it says no.': {
    de: 'Du darfst dich nicht verbinden: Der Dienst, der darüber entscheidet, lehnt es ab.',
    es: 'No puedes conectarte: el servicio que lo decide lo rechaza.',
  },
  // Without words for the code, `disconnected`: a back end's own reason is shown as it is.
  'Your connection was ended by the service that runs this server.': {
    de: 'Der Dienst, der diesen Server betreibt, hat deine Verbindung beendet.',
    es: 'El servicio que gestiona este servidor ha terminado tu conexión.',
  },
  "Wrong password: send the server's password as \"password\" (the course's is \"x\").": {
    de: 'Das Passwort des Servers stimmt nicht.',
    es: 'La contraseña del servidor no es correcta.',
  },
  'Too many wrong passwords or tokens from your address: try again in a minute.': {
    de: 'Zu viele falsche Passwörter oder Token von deiner Adresse: Versuch es in einer Minute noch einmal.',
    es: 'Demasiadas contraseñas o tokens incorrectos desde tu dirección: inténtalo de nuevo en un minuto.',
  },
  'There is no token: this server requires one. Pages send it as auth.token, plain WebSockets as ?token=, and the built-in pages read it from the end of their address, #token=.': {
    de: 'Es fehlt ein Token: Dieser Server verlangt eines. Öffne die Seite mit der Adresse, die du bekommen hast; sie endet mit #token=….',
    es: 'Falta un token: este servidor exige uno. Abre la página con la dirección que has recibido, que termina en #token=….',
  },
  'The token cannot be read: it is not a JSON Web Token that this server accepts.': {
    de: 'Das Token ist nicht lesbar: Es ist kein JSON Web Token, das dieser Server annimmt.',
    es: 'No se puede leer el token: no es un JSON Web Token que este servidor acepte.',
  },
  'The token is for another service: its "aud" does not name this server.': {
    de: 'Das Token ist für einen anderen Dienst: Sein „aud“ nennt diesen Server nicht.',
    es: 'El token es para otro servicio: su «aud» no nombra este servidor.',
  },
  'The token names no user: it needs the claim "userName", "name" or "sub".': {
    de: 'Das Token nennt keinen Namen: Es braucht „userName“, „name“ oder „sub“.',
    es: 'El token no nombra a nadie: necesita «userName», «name» o «sub».',
  },
  'The token has expired: get a new one.': {
    de: 'Das Token ist abgelaufen: Hol dir ein neues.',
    es: 'El token ha caducado: consigue uno nuevo.',
  },
  'The token is not valid yet: its "nbf" lies in the future.': {
    de: 'Das Token gilt noch nicht: Sein „nbf“ liegt in der Zukunft.',
    es: 'El token aún no es válido: su «nbf» está en el futuro.',
  },
  "The token's signature is wrong: the token was not signed with this server's key.": {
    de: 'Die Signatur des Tokens stimmt nicht: Es wurde nicht mit dem Schlüssel dieses Servers signiert.',
    es: 'La firma del token no es correcta: no se firmó con la clave de este servidor.',
  },
  "The token's signature is of another kind than this server's key.": {
    de: 'Die Signatur des Tokens ist von anderer Art als der Schlüssel dieses Servers.',
    es: 'La firma del token es de otro tipo que la clave de este servidor.',
  },
  'The token does not say which service it is for: it needs an "aud" that names this server.': {
    de: 'Das Token sagt nicht, für welchen Dienst es ist: Es braucht ein „aud“, das diesen Server nennt.',
    es: 'El token no dice para qué servicio es: necesita un «aud» que nombre este servidor.',
  },
  'The token does not say how long it is valid: it needs "exp", and "nbf" if it has one, in seconds since 1970.': {
    de: 'Das Token sagt nicht, wie lange es gilt: Es braucht „exp“, und „nbf“, falls es eines hat, in Sekunden seit 1970.',
    es: 'El token no dice hasta cuándo es válido: necesita «exp», y «nbf» si lo tiene, en segundos desde 1970.',
  },
};
