// What /switchboard.files.js exports: texts and files, which talk.js fetches at first use.

export { createConversation } from './conversation.js';
