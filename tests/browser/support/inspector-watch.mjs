// Reads the inspector's records from a running server as they come (`/inspector/events`), into a run for each story
// that the test tells. So many stories can go on at a time, each in a lobby and a folder of its own.

import { diagnose } from '../../../public/inspector/js/rules/index.js';
import { Run } from '../../../public/inspector/js/run.js';
import { eventually } from './wait.mjs';

/** How often the rules are asked, in milliseconds: the banner does so a few times a second. */
const ASKS_EVERY = 100;

/** Watches the server for the time of the test `t`. @returns {Promise<Watch>} */
export async function watchServer(t, server) {
  const watch = new Watch(server);
  t.after(() => watch.stop());
  await watch.start();
  return watch;
}

class Watch {
  #stories = [];
  #abort = new AbortController();
  #timer;
  /** By client and by page: the story. */
  #storyOf = new Map();
  header = null;
  records = [];

  constructor(server) {
    this.server = server;
  }

  async start() {
    const { http, inspectorKey } = this.server;
    const response = await fetch(`${http}/inspector/events?key=${inspectorKey}`, { signal: this.#abort.signal });
    if (!response.ok) throw new Error(await response.text());
    this.#read(response.body).catch((error) => {
      if (!this.#abort.signal.aborted) this.failure = error;
    });
    await eventually('a header', () => this.header);
    this.#timer = setInterval(() => {
      for (const story of this.#stories) story.ask();
    }, ASKS_EVERY);
  }

  stop() {
    clearInterval(this.#timer);
    this.#abort.abort();
  }

  /** Milliseconds since the server's start. */
  get now() {
    return this.header.now + performance.now() - this.headerAt;
  }

  /**
   * A story: the clients of the lobby `name`, and the pages below the folder `/name/`. Without a name, all of them.
   * @returns {Story}
   */
  story(name = null) {
    const story = new Story(this, name);
    this.#stories.push(story);
    return story;
  }

  async #read(body) {
    let rest = '';
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines) if (line) this.#add(JSON.parse(line));
    }
  }

  #add(record) {
    if (record.kind === 'server') {
      this.header = record;
      this.headerAt = performance.now();
      return;
    }
    this.records.push(record);
    for (const story of this.#stories) if (this.#belongs(record, story.name)) story.add(record);
  }

  #belongs(record, name) {
    if (name === null) return true;
    const key = record.kind === 'probe' ? record.page : (record.client ?? record.to?.[0]);
    if (record.kind === 'connect') this.#storyOf.set(record.client, record.lobby);
    if (record.what === 'page') this.#storyOf.set(record.page, record.path.split('/')[1]);
    if (record.kind === 'reject') return record.code === name || (record.origin ?? '').includes(name);
    return (record.lobby ?? this.#storyOf.get(key)) === name;
  }
}

class Story {
  /** Each problem that was the likeliest one, once. */
  named = [];

  constructor(watch, name) {
    this.watch = watch;
    this.name = name;
    this.run = new Run(watch.header);
  }

  add(record) {
    this.run.add(record);
    this.ask(record.at);
  }

  ask(now = this.watch.now) {
    const [first] = diagnose(this.run, Math.max(now, this.run.at));
    if (first && this.named.at(-1)?.sentence !== first.sentence) this.named.push({ ...first, askedAt: now });
    return first ?? null;
  }

  /** The problem of this rule, once it is the likeliest. */
  async problem(rule) {
    const find = () => this.named.find((problem) => problem.rule === rule);
    try {
      return await eventually(`named: ${rule}`, find);
    } catch (error) {
      error.message += `; named were ${JSON.stringify(this.named.map((problem) => [problem.rule, problem.sentence]))}`;
      throw error;
    }
  }
}
