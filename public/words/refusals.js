// What the server rejects, in German and Spanish, by the code (docs/protocol.md); its own sentence is English.

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
  'not-host': { de: 'Das kann nur, wer den Raum leitet.', es: 'Eso solo puede hacerlo quien dirige la sala.' },
  'no-such-peer': {
    de: 'Diese Person ist nicht mehr da.',
    es: 'Esta persona ya no está.',
  },
  unavailable: {
    de: 'Der Server erreicht die anderen Server nicht, mit denen er arbeitet: Versuch es gleich noch einmal.',
    es: 'El servidor no alcanza a los otros con los que trabaja: inténtalo de nuevo en un momento.',
  },
};
