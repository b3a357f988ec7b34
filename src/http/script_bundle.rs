//! ES modules of `public/` as one script.
//!
//! A bundle begins with one module and holds the modules that it imports, each after its own imports. All share one scope:
//! `import` lines are dropped, `export` keywords and comment lines are removed, lines lose their indentation.
//! So modules name what they share alike, no two declare the same name at their top level, and no text in them spans lines;
//! the tests here hold that.
//!
//! The result is wrapped twice: as a classic script, and as a module. The two find out their own address differently.

use std::hash::{DefaultHasher, Hash, Hasher};

use anyhow::{Context, Result, ensure};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::built_in::Public;
use super::{entity_tag, gzip};

/// The expressions by which a module and a classic script find out their own address.
const MODULE_ADDRESS: &str = "import.meta.url";
const SCRIPT_ADDRESS: &str = "globalThis.document?.currentScript?.src";

/// The media type of scripts.
pub(super) const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// A script and its version.
#[derive(Debug)]
pub(super) struct Script {
    text: Bytes,
    version: String,
}

impl Script {
    pub(super) fn new(text: String) -> Self {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        Self { text: text.into(), version: format!("{:016x}", hasher.finish()) }
    }

    /// The response that serves the script, of this media type: 304 if the browser has it already.
    pub(super) fn respond(&self, kind: &'static str, headers: &HeaderMap) -> Response {
        let sent = gzip::choose(headers, &self.version, true, &self.text);
        let is_current = entity_tag::is_current(headers, &sent.tag);
        let head = [
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
            // Browsers load module scripts of another origin only with this header.
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        ];
        let encoding = sent.headers();
        if is_current {
            (StatusCode::NOT_MODIFIED, head, encoding).into_response()
        } else {
            (head, encoding, Body::from(sent.body(|| self.text.clone()))).into_response()
        }
    }
}

/// The modules of a bundle, joined.
#[derive(Debug)]
pub(super) struct Bundle {
    body: String,
}

impl Bundle {
    /// Joins the module of this path in `public/` and the modules that it imports.
    ///
    /// # Errors
    /// A module that does not exist, imports from another folder, or imports itself by way of others.
    pub(super) fn of(first: &str) -> Result<Self> {
        let (folder, file) = first.rsplit_once('/').context("a path with a folder")?;
        let mut bundle = Self { body: String::new() };
        bundle.add(folder, file, &mut Vec::new(), &mut Vec::new())?;
        Ok(bundle)
    }

    /// Adds a module, unless it is in the bundle. `pending` are the modules that import it.
    fn add(&mut self, folder: &str, file: &str, pending: &mut Vec<String>, done: &mut Vec<String>) -> Result<()> {
        if done.iter().any(|other| other == file) {
            return Ok(());
        }
        ensure!(!pending.iter().any(|other| other == file), "{folder}/{file} imports itself by way of {pending:?}");
        let module = Public::get(&format!("{folder}/{file}")).with_context(|| format!("{folder}/{file} is missing"))?;
        pending.push(file.to_owned());
        let mut own = String::new();
        // The lines of an `import` or `export … from` so far.
        let mut statement = String::new();
        for line in lines(std::str::from_utf8(&module.data)?) {
            if statement.is_empty() && !line.starts_with("import ") && !line.starts_with("export {") {
                own.push_str(line.strip_prefix("export ").unwrap_or(line));
                own.push('\n');
                continue;
            }
            statement.push_str(line);
            if !line.ends_with(';') {
                continue;
            }
            let (_, from) = statement.split_once(" from '").with_context(|| format!("{file}: {statement}"))?;
            let imported = from.strip_prefix("./").and_then(|from| from.strip_suffix("';"));
            let imported = imported.with_context(|| format!("{folder}/{file} imports from elsewhere: {statement}"))?;
            self.add(folder, imported, pending, done)?;
            statement.clear();
        }
        ensure!(statement.is_empty(), "{folder}/{file}: the statement does not end: {statement}");
        self.body.push_str(&own);
        pending.pop();
        done.push(file.to_owned());
        Ok(())
    }

    /// A classic script, with a banner before it; `export` has the last statements.
    pub(super) fn classic(&self, banner: &str, export: &str) -> Script {
        let body = self.body.replace(MODULE_ADDRESS, SCRIPT_ADDRESS);
        Script::new(format!("{banner}(function () {{\n\"use strict\";\n{body}{export}}})();\n"))
    }

    /// A module, with a banner before it; `export` has the last statement.
    pub(super) fn module(&self, banner: &str, export: &str) -> Script {
        Script::new(format!("{banner}{}{export}", self.body))
    }
}

/// The lines of a module without comment lines, empty lines and indentation.
fn lines(module: &str) -> impl Iterator<Item = &str> {
    let mut is_comment = false;
    module.lines().map(str::trim).filter(move |line| {
        // Code may follow a comment on its line.
        is_comment |= line.starts_with("/*") && line.find("*/").is_none_or(|end| end + 2 == line.len());
        let is_code = !is_comment && !line.is_empty() && !line.starts_with("//");
        is_comment &= !line.ends_with("*/");
        is_code
    })
}

/// Exports `what`, an expression, as `global`: to CommonJS, to AMD, or as a global.
pub(super) fn classic_export(global: &str, what: &str) -> String {
    format!(
        "if (typeof module === \"object\" && module.exports) module.exports = {what};\n\
         else if (typeof define === \"function\" && define.amd) define(() => ({what}));\n\
         else globalThis.{global} = {what};\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The folders with modules to bundle.
    const FOLDERS: [&str; 1] = ["socket.io/"];

    fn modules(folder: &str) -> Vec<(String, String)> {
        let files = Public::iter().filter(|file| file.starts_with(folder) && file.ends_with(".js"));
        files
            .map(|file| {
                let text = String::from_utf8(Public::get(&file).unwrap().data.into_owned()).unwrap();
                (file.into_owned(), text)
            })
            .collect()
    }

    /// The name that a line at the top level declares.
    fn declared(line: &str) -> Option<&str> {
        let line = line.strip_prefix("export ").unwrap_or(line);
        let line = line.strip_prefix("async ").unwrap_or(line);
        let rest = ["const ", "let ", "class ", "function "].iter().find_map(|keyword| line.strip_prefix(keyword))?;
        rest.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').next()
    }

    #[test]
    fn names_at_the_top_of_bundled_modules_are_unique() {
        for folder in FOLDERS {
            let modules = modules(folder);
            let mut names: Vec<_> = modules
                .iter()
                .flat_map(|(file, text)| text.lines().filter_map(declared).map(move |name| (name, file)))
                .collect();
            assert!(names.len() > 20, "{folder}: {names:?}");
            names.sort_unstable();
            let twice: Vec<_> = names.windows(2).filter(|pair| pair[0].0 == pair[1].0).collect();
            assert!(twice.is_empty(), "{folder}: {twice:?}");
        }
    }

    #[test]
    fn text_in_bundled_modules_ends_on_its_line() {
        for (file, text) in FOLDERS.into_iter().flat_map(modules) {
            for line in lines(&text) {
                let ticks = line.matches('`').count() - line.matches("\\`").count();
                assert!(ticks.is_multiple_of(2) && !line.ends_with('\\'), "{file}: {line}");
            }
        }
    }

    #[test]
    fn comment_lines_and_indentation_are_removed() {
        let module = "/** A\n * b */\n  /** c */ foo();\n// d\n\n  'a // b';\n/* e */\n  bar(); // f\n";
        assert_eq!(lines(module).collect::<Vec<_>>(), ["/** c */ foo();", "'a // b';", "bar(); // f"]);
    }

    #[test]
    fn bundle_has_each_module_after_its_imports() {
        let bundle = Bundle::of("socket.io/io.js").unwrap();
        let at = |text: &str| bundle.body.find(text).unwrap_or_else(|| panic!("no {text}"));
        assert!(at("class Emitter") < at("class Manager"));
        for line in bundle.body.lines() {
            assert!(!line.starts_with("import ") && !line.starts_with("export "), "{line}");
        }
    }

    #[test]
    fn missing_first_module_is_an_error() {
        let fault = Bundle::of("switchboard/nothing.js").unwrap_err();
        assert!(fault.to_string().contains("switchboard/nothing.js"), "{fault}");
    }
}
