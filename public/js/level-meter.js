// @ts-check
// A bar that moves with the sound of a microphone, and whether anything was heard at all. It measures only while it can be
// seen: no frames are drawn in a hidden tab, and none are asked for where the bar is out of sight.

/** The loudness, in dB, at which the bar is empty, and full. */
const FROM_DB = -60;
const TO_DB = -12;

/** From this share of the bar on it counts as speech. */
const HEARD = 0.25;

/** How often a screen reader's value changes, in ms. */
const SAID_MS = 1_000;

/**
 * @param {HTMLElement} meterEl has `role="meter"`; its style sheet draws `--level`, from 0 to 1
 * @param {object} listeners
 * @param {() => void} listeners.onRunning the browser lets sound be measured: without an output device it may not
 * @param {() => void} listeners.onHeard the microphone was heard, for the first time since `show`
 */
export function createLevelMeter(meterEl, { onRunning, onHeard }) {
  /**
   * @type {{context: AudioContext, source: MediaStreamAudioSourceNode, analyser: AnalyserNode, samples: Float32Array<ArrayBuffer>,
   *   isHeard: boolean} | null}
   */
  let current = null;
  let isSeen = false;
  let frame = 0;
  let saidAt = 0;

  const observer = new IntersectionObserver(([{ isIntersecting }]) => {
    isSeen = isIntersecting;
    go();
  });
  observer.observe(meterEl);

  function go() {
    cancelAnimationFrame(frame);
    if (current && isSeen) frame = requestAnimationFrame(draw);
  }

  function draw(now) {
    const { analyser, samples } = current;
    analyser.getFloatTimeDomainData(samples);
    const level = levelOf(samples);
    meterEl.style.setProperty('--level', level.toFixed(3));
    if (now - saidAt >= SAID_MS) {
      saidAt = now;
      meterEl.setAttribute('aria-valuenow', String(Math.round(level * 100)));
    }
    if (level >= HEARD && !current.isHeard) {
      current.isHeard = true;
      onHeard();
    }
    frame = requestAnimationFrame(draw);
  }

  function stop() {
    cancelAnimationFrame(frame);
    current?.context.close().catch(() => {});
    current = null;
    meterEl.style.setProperty('--level', '0');
    meterEl.setAttribute('aria-valuenow', '0');
  }

  return {
    /**
     * Measures this stream from now on. Only after the user has pressed something do browsers let sound be measured.
     * @param {MediaStream} stream
     */
    show(stream) {
      stop();
      const [track] = stream.getAudioTracks();
      if (!track || !window.AudioContext) return;
      const context = new AudioContext();
      const analyser = new AnalyserNode(context, { fftSize: 1024 });
      const source = context.createMediaStreamSource(new MediaStream([track]));
      source.connect(analyser);
      // A source that nothing holds may be collected, and then all is quiet.
      current = { context, source, analyser, samples: new Float32Array(analyser.fftSize), isHeard: false };
      const begin = () => {
        if (current?.context !== context || context.state !== 'running') return;
        context.onstatechange = null;
        onRunning();
        go();
      };
      context.onstatechange = begin;
      begin();
    },

    stop,
  };
}

/**
 * How much of the bar a moment of sound fills, from 0 to 1.
 * @param {Float32Array} samples from -1 to 1
 */
export function levelOf(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length || Number.MIN_VALUE);
  return Math.min(1, Math.max(0, (decibels - FROM_DB) / (TO_DB - FROM_DB)));
}
