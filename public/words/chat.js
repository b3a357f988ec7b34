// Words of the chat page in German and Spanish, by the English sentence; {1} stands for what is put in there.

export default {
  // --- The page ---

  'Switchboard – chat': { de: 'Switchboard – Chat', es: 'Switchboard – chat' },
  'Words and files from browser to browser': { de: 'Nachrichten und Dateien von Browser zu Browser', es: 'Mensajes y archivos de navegador a navegador' },
  'This page needs JavaScript to chat.': { de: 'Diese Seite braucht JavaScript zum Chatten.', es: 'Esta página necesita JavaScript para chatear.' },
  'Open a chat': { de: 'Einen Chat öffnen', es: 'Abrir un chat' },
  'There are too many folders of this name.': { de: 'Es gibt zu viele Ordner dieses Namens.', es: 'Hay demasiadas carpetas con este nombre.' },
  'Two people who open the same name can write to each other and send files. No server sees them.': {
    de: 'Zwei Personen, die denselben Namen öffnen, können einander schreiben und Dateien senden. Kein Server sieht sie.',
    es: 'Dos personas que abren el mismo nombre pueden escribirse y enviarse archivos. Ningún servidor los ve.',
  },
  'Name of the chat': { de: 'Name des Chats', es: 'Nombre del chat' },
  'Messages and files go directly to the other browser. What you write before the other person is here waits. Small files arrive at once, large ones after a yes.': {
    de: 'Nachrichten und Dateien gehen direkt zum anderen Browser. Was du schreibst, bevor die andere Person da ist, wartet. Kleine Dateien kommen sofort an, große nach einem Ja.',
    es: 'Los mensajes y archivos van directamente al otro navegador. Lo que escribas antes de que llegue la otra persona espera. Los archivos pequeños llegan enseguida; los grandes, tras un sí.',
  },
  'Accept all': { de: 'Alle annehmen', es: 'Aceptar todo' },
  'Send a folder': { de: 'Einen Ordner senden', es: 'Enviar una carpeta' },
  'Drop files or folders to send them': { de: 'Dateien oder Ordner hier ablegen, um sie zu senden', es: 'Suelta archivos o carpetas para enviarlos' },
  'Join the chat': { de: 'Dem Chat beitreten', es: 'Unirse al chat' },
  'For two. Neither camera nor microphone is used. The other person sees you only after you join.': {
    de: 'Für zwei. Weder Kamera noch Mikrofon werden benutzt. Die andere Person sieht dich erst, wenn du beitrittst.',
    es: 'Para dos. No se usan ni la cámara ni el micrófono. La otra persona te ve solo cuando entras.',
  },
  'Details': { de: 'Einzelheiten', es: 'Detalles' },
  'Invite another person': { de: 'Eine andere Person einladen', es: 'Invitar a otra persona' },
  'The first person who opens this address can chat with you.': {
    de: 'Die erste Person, die diese Adresse öffnet, kann mit dir chatten.',
    es: 'La primera persona que abra esta dirección puede chatear contigo.',
  },
  'State of the connection': { de: 'Zustand der Verbindung', es: 'Estado de la conexión' },
  'Messages and files': { de: 'Nachrichten und Dateien', es: 'Mensajes y archivos' },
  'Files under way': { de: 'Dateien unterwegs', es: 'Archivos en camino' },
  'Send files': { de: 'Dateien senden', es: 'Enviar archivos' },
  'Send files; you can also drop or paste them': {
    de: 'Dateien senden; du kannst sie auch ablegen oder einfügen',
    es: 'Enviar archivos; también puedes soltarlos o pegarlos',
  },
  'Address of this chat': { de: 'Adresse dieses Chats', es: 'Dirección de este chat' },
  'Chat in “{1}”': { de: 'Chat in „{1}“', es: 'Chat en «{1}»' },
  'Ready to join.': { de: 'Bereit zum Beitreten.', es: 'Todo listo para entrar.' },
  'Joining…': { de: 'Beitreten…', es: 'Uniéndote…' },
  'Not connected.': { de: 'Nicht verbunden.', es: 'Sin conexión.' },
  'You are not in the chat.': { de: 'Du bist nicht im Chat.', es: 'No estás en el chat.' },
  'The server is out of reach. Trying again…': {
    de: 'Der Server ist nicht erreichbar. Es wird weiter versucht…',
    es: 'No se puede alcanzar el servidor. Se sigue intentando…',
  },
  'Leave the chat?': { de: 'Den Chat verlassen?', es: '¿Salir del chat?' },
  'The other person sees that you left.': { de: 'Die andere Person sieht, dass du gegangen bist.', es: 'La otra persona ve que has salido.' },
  'You left the chat.': { de: 'Du hast den Chat verlassen.', es: 'Has salido del chat.' },
  'Leave the chat, after a question': { de: 'Chat verlassen, nach einer Rückfrage', es: 'Salir del chat, tras una pregunta' },
  'Write a message': { de: 'Eine Nachricht schreiben', es: 'Escribir un mensaje' },
  'Two people are in “{1}” already, and a chat is for two. Choose another name, or try again when one of them has left. A person who lost the connection keeps their place for half a minute.': {
    de: 'In „{1}“ sind schon zwei Personen, und ein Chat ist für zwei. Wähle einen anderen Namen, oder versuche es wieder, wenn eine davon gegangen ist. Wer die Verbindung verloren hat, behält den Platz für eine halbe Minute.',
    es: 'Ya hay dos personas en «{1}», y un chat es para dos. Elige otro nombre, o vuelve a intentarlo cuando una se haya ido. Quien ha perdido la conexión conserva su sitio medio minuto.',
  },

  // --- Messages ---

  You: { de: 'Du', es: 'Tú' },
  waiting: { de: 'wartet', es: 'en espera' },
  delivered: { de: 'angekommen', es: 'entregado' },
  'not delivered': { de: 'nicht angekommen', es: 'no entregado' },
  '{1} is typing…': { de: '{1} schreibt gerade…', es: '{1} está escribiendo…' },

  // --- The status line ---

  'Waiting in “{1}” for another person.': { de: 'Du wartest in „{1}“ auf eine andere Person.', es: 'Esperando en «{1}» a otra persona.' },
  'Connecting to {1}…': { de: 'Verbindung zu {1} wird aufgebaut…', es: 'Conectando con {1}…' },
  'Connected to {1}.': { de: 'Verbunden mit {1}.', es: 'Conectado con {1}.' },
  'The connection to {1} is interrupted. Looking for another way…': {
    de: 'Die Verbindung zu {1} ist unterbrochen. Es wird ein anderer Weg gesucht…',
    es: 'La conexión con {1} está interrumpida. Buscando otro camino…',
  },
  'No connection to {1}.': { de: 'Keine Verbindung zu {1}.', es: 'Sin conexión con {1}.' },
  '{1} left. Anyone with the address can chat with you.': {
    de: '{1} ist gegangen. Wer die Adresse hat, kann mit dir chatten.',
    es: '{1} ha salido. Cualquiera que tenga la dirección puede chatear contigo.',
  },
  '{1} closed the page. Anyone with the address can chat with you.': {
    de: '{1} hat die Seite geschlossen. Wer die Adresse hat, kann mit dir chatten.',
    es: '{1} ha cerrado la página. Cualquiera que tenga la dirección puede chatear contigo.',
  },
  '{1} lost the connection. Everything goes on when they are back.': {
    de: '{1} hat die Verbindung verloren. Sobald sie wieder da ist, geht alles weiter.',
    es: '{1} ha perdido la conexión. Todo seguirá cuando vuelva.',
  },
  '{1} ended the chat. Anyone with the address can chat with you.': {
    de: '{1} hat den Chat beendet. Wer die Adresse hat, kann mit dir chatten.',
    es: '{1} ha terminado el chat. Cualquiera que tenga la dirección puede chatear contigo.',
  },
  'The server has closed the connection; the chat goes on without it.': {
    de: 'Der Server hat die Verbindung geschlossen; der Chat geht ohne ihn weiter.',
    es: 'El servidor ha cerrado la conexión; el chat sigue sin él.',
  },
  'The server has closed the connection; others cannot connect.': {
    de: 'Der Server hat die Verbindung geschlossen; andere können sich nicht verbinden.',
    es: 'El servidor ha cerrado la conexión; nadie más puede conectarse.',
  },
  'The server is out of reach; the chat goes on without it.': {
    de: 'Der Server ist nicht erreichbar; der Chat geht ohne ihn weiter.',
    es: 'No se puede alcanzar el servidor; el chat sigue sin él.',
  },
  'The server is out of reach; others cannot connect until it is back.': {
    de: 'Der Server ist nicht erreichbar; bis er wieder da ist, können sich andere nicht verbinden.',
    es: 'No se puede alcanzar el servidor; nadie más puede conectarse hasta que vuelva.',
  },
  '{1}’s connection to the server is lost, waiting…': {
    de: 'Die Verbindung von {1} zum Server ist verloren, warten…',
    es: 'Se ha perdido la conexión de {1} con el servidor, esperando…',
  },
  'The server has lost {1}; the chat goes on without it.': {
    de: 'Der Server hat {1} verloren; der Chat geht ohne ihn weiter.',
    es: 'El servidor ha perdido a {1}; el chat sigue sin él.',
  },

  // --- Files ---

  'To be sent: {1}': { de: 'Wird gesendet: {1}', es: 'Se va a enviar: {1}' },
  'A folder may have up to 4 GB and 65,535 files: send larger ones in parts.': {
    de: 'Ein Ordner darf bis zu 4 GB und 65.535 Dateien haben: Sende größere in Teilen.',
    es: 'Una carpeta puede tener hasta 4 GB y 65 535 archivos: envía las mayores por partes.',
  },
  'A file in this folder cannot be read any more. Please choose it again.': {
    de: 'Eine Datei in diesem Ordner ist nicht mehr lesbar. Bitte wähle ihn noch einmal.',
    es: 'Un archivo de esta carpeta ya no se puede leer. Elígela otra vez, por favor.',
  },
  '“{1}” is not as it was, and is sent from its beginning.': {
    de: '„{1}“ hat sich verändert und wird von Anfang an gesendet.',
    es: '«{1}» ha cambiado, y se envía desde el principio.',
  },
  '{1} a second': { de: '{1} pro Sekunde', es: '{1} por segundo' },
  'A few seconds left': { de: 'Noch wenige Sekunden', es: 'Quedan unos segundos' },
  'About {1} seconds left': { de: 'Noch etwa {1} Sekunden', es: 'Quedan unos {1} segundos' },
  'About a minute left': { de: 'Noch etwa eine Minute', es: 'Queda un minuto, más o menos' },
  'About {1} minutes left': { de: 'Noch etwa {1} Minuten', es: 'Quedan unos {1} minutos' },
  'About an hour left': { de: 'Noch etwa eine Stunde', es: 'Queda una hora, más o menos' },
  'About {1} hours left': { de: 'Noch etwa {1} Stunden', es: 'Quedan unas {1} horas' },
  'How much of {1} is there': { de: 'Wie viel von {1} da ist', es: 'Cuánto hay ya de {1}' },
  Accept: { de: 'Annehmen', es: 'Aceptar' },
  'Accept {1}': { de: '{1} annehmen', es: 'Aceptar {1}' },
  'Accept all ({1})': { de: 'Alle annehmen ({1})', es: 'Aceptar todo ({1})' },
  Decline: { de: 'Ablehnen', es: 'Rechazar' },
  'Decline {1}': { de: '{1} ablehnen', es: 'Rechazar {1}' },
  Cancel: { de: 'Abbrechen', es: 'Cancelar' },
  'Cancel {1}': { de: '{1} abbrechen', es: 'Cancelar {1}' },
  Save: { de: 'Speichern', es: 'Guardar' },
  'Save {1}': { de: '{1} speichern', es: 'Guardar {1}' },
  'Save as a folder': { de: 'Als Ordner speichern', es: 'Guardar como carpeta' },
  'Save as a folder: {1}': { de: 'Als Ordner speichern: {1}', es: 'Guardar como carpeta: {1}' },
  'Save as a ZIP file': { de: 'Als ZIP-Datei speichern', es: 'Guardar como archivo ZIP' },
  'Save as a ZIP file: {1}': { de: 'Als ZIP-Datei speichern: {1}', es: 'Guardar como archivo ZIP: {1}' },
  'Saved in the folder “{1}”, files: {2}.': { de: 'Gespeichert im Ordner „{1}“, Dateien: {2}.', es: 'Guardado en la carpeta «{1}», archivos: {2}.' },
  'It has names that are not safe on every device, and was not saved as a folder.': {
    de: 'Er enthält Namen, die nicht auf jedem Gerät sicher sind, und wurde nicht als Ordner gespeichert.',
    es: 'Tiene nombres que no son seguros en todos los dispositivos, y no se ha guardado como carpeta.',
  },
  'It could not be saved there: {1}': { de: 'Dort konnte er nicht gespeichert werden: {1}', es: 'No se ha podido guardar allí: {1}' },
  'A folder of one file, {1}': { de: 'Ein Ordner mit einer Datei, {1}', es: 'Una carpeta con un archivo, {1}' },
  'A folder of {1} files, {2}': { de: 'Ein Ordner mit {1} Dateien, {2}', es: 'Una carpeta con {1} archivos, {2}' },
  'Reading the folder': { de: 'Der Ordner wird gelesen', es: 'Leyendo la carpeta' },
  'Reading the folder, {1} %': { de: 'Der Ordner wird gelesen, {1} %', es: 'Leyendo la carpeta, {1} %' },
  'The other side has a part of this folder ({1}). Choose it again to go on.': {
    de: 'Die andere Seite hat einen Teil dieses Ordners ({1}). Wähle ihn noch einmal, damit es weitergeht.',
    es: 'El otro lado tiene una parte de esta carpeta ({1}). Elígela otra vez para seguir.',
  },
  'The other side has a part of this file ({1}). Choose it again to go on.': {
    de: 'Die andere Seite hat einen Teil dieser Datei ({1}). Wähle sie noch einmal, damit es weitergeht.',
    es: 'El otro lado tiene una parte de este archivo ({1}). Elígelo otra vez para seguir.',
  },
  'Choose again': { de: 'Noch einmal wählen', es: 'Elegir otra vez' },
  'Choose again: {1}': { de: 'Noch einmal wählen: {1}', es: 'Elegir otra vez: {1}' },
  Forget: { de: 'Vergessen', es: 'Olvidar' },
  'Forget {1}': { de: '{1} vergessen', es: 'Olvidar {1}' },
  'The other person': { de: 'Die andere Person', es: 'La otra persona' },
  'Waits at {1} %': { de: 'Wartet bei {1} %', es: 'En espera al {1} %' },
  Waiting: { de: 'Wartet', es: 'En espera' },
  'Waiting for {1} to accept it': { de: 'Wartet, bis {1} annimmt', es: 'Esperando a que {1} lo acepte' },
  '{1} wants to send you this folder.': { de: '{1} möchte dir diesen Ordner senden.', es: '{1} quiere enviarte esta carpeta.' },
  '{1} wants to send you this file.': { de: '{1} möchte dir diese Datei senden.', es: '{1} quiere enviarte este archivo.' },
  'Sending, {1} %': { de: 'Wird gesendet, {1} %', es: 'Enviando, {1} %' },
  'Arriving, {1} %': { de: 'Kommt an, {1} %', es: 'Llegando, {1} %' },
  'Comparing the checksums': { de: 'Die Prüfsummen werden verglichen', es: 'Comparando las sumas de comprobación' },
  'Delivered, unchanged.': { de: 'Angekommen, unverändert.', es: 'Entregado, sin cambios.' },
  'Arrived, unchanged.': { de: 'Angekommen, unverändert.', es: 'Recibido, sin cambios.' },
  'Delivered. Not compared: checksums need https.': {
    de: 'Angekommen. Nicht verglichen: Prüfsummen brauchen https.',
    es: 'Entregado. Sin comparar: las sumas de comprobación necesitan https.',
  },
  'Arrived. Not compared: checksums need https.': {
    de: 'Angekommen. Nicht verglichen: Prüfsummen brauchen https.',
    es: 'Recibido. Sin comparar: las sumas de comprobación necesitan https.',
  },
  'Stopped at {1} %: {2} has left. It goes on once {3} sends it again.': {
    de: 'Bei {1} % stehen geblieben: {2} ist gegangen. Es geht weiter, sobald {3} sie noch einmal sendet.',
    es: 'Detenido al {1} %: {2} se ha ido. Seguirá cuando {3} lo envíe otra vez.',
  },
  'Stopped at {1} %: you left.': { de: 'Bei {1} % stehen geblieben: Du bist gegangen.', es: 'Detenido al {1} %: has salido.' },
  'Stopped at {1} %: {2} has left.': { de: 'Bei {1} % stehen geblieben: {2} ist gegangen.', es: 'Detenido al {1} %: {2} se ha ido.' },
  '{1} declined it.': { de: '{1} hat abgelehnt.', es: '{1} lo ha rechazado.' },
  'You declined it.': { de: 'Du hast abgelehnt.', es: 'Lo has rechazado.' },
  'You cancelled it at {1} %.': { de: 'Du hast bei {1} % abgebrochen.', es: 'Lo has cancelado al {1} %.' },
  '{1} cancelled it at {2} %.': { de: '{1} hat bei {2} % abgebrochen.', es: '{1} lo ha cancelado al {2} %.' },
  'The two ends differ. Please send it again.': {
    de: 'Die beiden Enden sind verschieden. Bitte sende sie noch einmal.',
    es: 'Los dos extremos difieren. Envíalo otra vez, por favor.',
  },
  'This file cannot be read any more. Please choose it again.': {
    de: 'Diese Datei ist nicht mehr lesbar. Bitte wähle sie noch einmal.',
    es: 'Este archivo ya no se puede leer. Elígelo otra vez, por favor.',
  },
};
