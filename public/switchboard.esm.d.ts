export * from './switchboard/switchboard.js';
