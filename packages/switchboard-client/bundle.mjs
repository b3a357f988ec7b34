// Writes the scripts of the library, which the server serves and the package holds: `node bundle.mjs`. What is in
// public/switchboard/ becomes one script for calls (switchboard.esm.js), and one each for what it fetches at first use.
// The other scripts import from the first what both use: it exports these names as `parts`.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MODULES = `${ROOT}public/switchboard/`;
const BANNER = "/* Switchboard's library, made from public/switchboard/ by packages/switchboard-client/bundle.mjs. See docs/library.md. */";

/** The scripts by the modules that they begin with. */
const SCRIPTS = { index: 'switchboard.esm.js', rooms: 'switchboard.rooms.js', files: 'switchboard.files.js', details: 'switchboard.details.js' };

/** The development tools of the browser tests have the bundler. */
const { build } = createRequire(`${ROOT}tests/browser/`)('esbuild');

const source = (name) => readFileSync(`${MODULES}${name}.js`, 'utf8');

/** What a module imports: by the modules, the names. */
function importsOf(name) {
  const statements = source(name).matchAll(/^import \{([^}]*)\} from '\.\/([\w-]+)\.js';/gm);
  return [...statements].map(([, names, from]) => ({ from, names: names.split(',').map((one) => one.trim()).filter(Boolean) }));
}

/** A module and all that it imports, but for scripts of their own. */
function modulesOf(name, known = new Set()) {
  if (known.has(name)) return known;
  known.add(name);
  for (const match of source(name).matchAll(/^(?:import|export) \{[^}]*\} from '\.\/([\w-]+)\.js';/gm)) modulesOf(match[1], known);
  return known;
}

const inMain = modulesOf('index');

/** What the other scripts use of the first: the modules by name. */
const parts = new Map();
for (const script of ['rooms', 'files', 'details']) {
  for (const module of modulesOf(script)) {
    if (inMain.has(module)) continue;
    for (const { from, names } of importsOf(module)) {
      if (inMain.has(from)) for (const name of names) parts.set(name, from);
    }
  }
}

const main = `export * from './index.js';
${[...parts].map(([name, from]) => `import { ${name} } from './${from}.js';`).join('\n')}
export const parts = { ${[...parts.keys()].sort().join(', ')} };`;

/** Resolves scripts of their own, and for those what the first one has. */
const ownScripts = (isMain) => ({
  name: 'own-scripts',
  setup(bundler) {
    bundler.onResolve({ filter: /^\.\/[\w-]+\.js$/ }, ({ path, kind }) => {
      const name = path.slice(2, -3);
      if (kind === 'dynamic-import') return { path: `./${SCRIPTS[name]}`, external: true };
      if (!isMain && inMain.has(name)) return { path: name, namespace: 'main' };
      return undefined;
    });
    bundler.onResolve({ filter: /^main$/ }, () => ({ path: `./${SCRIPTS.index}`, external: true }));
    bundler.onLoad({ filter: /.*/, namespace: 'main' }, ({ path }) => {
      const names = [...parts].filter(([, from]) => from === path).map(([name]) => name);
      return { contents: `import { parts } from 'main'; export const { ${names.join(', ')} } = parts;`, resolveDir: MODULES };
    });
  },
});

/** Private members have the same short names in all scripts. */
let mangleCache = {};

async function script(options) {
  const { outputFiles, mangleCache: names } = await build({
    bundle: true, minify: true, write: false, charset: 'utf8', target: 'es2022', format: 'esm', mangleProps: /^_/, mangleCache,
    banner: { js: BANNER }, legalComments: 'none', ...options,
  });
  mangleCache = names ?? mangleCache;
  // The bundler drops the comment by which webpack leaves such an import as it is.
  return outputFiles[0].text.replace(/\bimport\((?=\w+\))/g, 'import(/*webpackIgnore:true*/');
}

/** The scripts, by the names of their files. */
export async function scripts() {
  mangleCache = {};
  const made = {};
  made[SCRIPTS.index] = await script({ stdin: { contents: main, resolveDir: MODULES }, plugins: [ownScripts(true)] });
  for (const name of ['rooms', 'files', 'details']) {
    made[SCRIPTS[name]] = await script({ entryPoints: [`${MODULES}${name}.js`], plugins: [ownScripts(false)] });
  }
  made['switchboard.js'] = await script({ entryPoints: [`${MODULES}classic.js`], format: 'iife' });
  return made;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, text] of Object.entries(await scripts())) writeFileSync(`${ROOT}public/${file}`, text);
}
