// Words of several pages in German and Spanish, by the English sentence; {1} stands for what is put in there.

export default {
  'Done': { de: 'Fertig', es: 'Listo' },
  'Keys': { de: 'Tasten', es: 'Teclas' },
  'Leave': { de: 'Verlassen', es: 'Salir' },
  'Leave this page?': { de: 'Diese Seite verlassen?', es: '¿Salir de esta página?' },
  'Show these keys': { de: 'Diese Tasten zeigen', es: 'Mostrar estas teclas' },
  'Stay': { de: 'Bleiben', es: 'Quedarse' },
  'Use these keys': { de: 'Diese Tasten benutzen', es: 'Usar estas teclas' },
};
