// Asks the rules what is wrong, again and again while a run grows, and never for so long that the page stutters.

import { diagnose } from './rules/index.js';

/** The shortest time between two diagnoses, in ms; a costly one is repeated less often. */
const SOONEST = 400;

/** A diagnosis may take this part of the time. */
const SHARE = 0.05;

export class Judge {
  #timer = 0;
  #next = 0;

  /** @param {() => {run: object, now: number} | null} subject @param {(problems: object[]) => void} onProblems */
  constructor(subject, onProblems) {
    this.subject = subject;
    this.onProblems = onProblems;
    // Some rules depend on time alone: nothing came for a while.
    setInterval(() => this.ask(), 1000);
  }

  /** Soon; many requests become one diagnosis. */
  ask() {
    this.#timer ||= setTimeout(() => this.askNow(), Math.max(0, this.#next - performance.now()));
  }

  askNow() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const subject = this.subject();
    if (!subject) return;
    const began = performance.now();
    const problems = diagnose(subject.run, subject.now);
    const took = performance.now() - began;
    this.#next = performance.now() + Math.max(SOONEST, took / SHARE);
    this.onProblems(problems);
  }
}
