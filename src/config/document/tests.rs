//! What readers are told of a document.

use super::*;

/// What is said about `text` when `ask` reads it.
fn said(text: &str, ask: impl FnOnce(&Table<'_>)) -> String {
    let mistakes = Mistakes::default();
    read(text, &mistakes, |root| {
        ask(root);
        Some(())
    });
    if mistakes.is_empty() { String::new() } else { mistakes.into_error("c".into()).to_string() }
}

#[test]
fn keys_that_nobody_asks_for_are_unknown() {
    let ask = |root: &Table<'_>| {
        let task = root.table("task");
        task.get("module");
        task.finish();
    };
    assert_eq!(said("[task]\nmodule = 1", ask), "");
    assert_eq!(
        said("[task]\nmodul = 1", ask),
        "c:2: unknown key \"modul\" in [task]: did you mean \"module\"?"
    );
    assert_eq!(said("\n[taks]", ask), "c:2: unknown key \"taks\": did you mean \"task\"?");
}

#[test]
fn values_of_another_type_are_named_with_their_line() {
    let text = "a = 1\nb = 'x'\nc = [1, 'y']\nd = 0\ne = 3.5\nf = 256";
    let ask = |root: &Table<'_>| {
        root.get("a").and_then(|a| a.text());
        root.get("b").and_then(|b| b.flag());
        root.get("c").and_then(|c| c.texts());
        root.get("d").and_then(|d| d.count::<u64>());
        root.get("e").and_then(|e| e.count::<u64>());
        root.get("f").and_then(|f| f.count::<u8>());
    };
    let said = said(text, ask);
    let lines: Vec<&str> = said.lines().skip(1).map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "c:1: a must be a text in quotes, and is the number 1",
            "c:2: b must be true or false, and is the text \"x\"",
            "c:3: entry 1 of c must be a text in quotes, and is the number 1",
            "c:4: d must be 1 or more, and is the number 0",
            "c:5: e must be a whole number, 1 or more, and is the number 3.5",
            "c:6: f must be less, and is the number 256",
        ]
    );
}

#[test]
fn a_mistake_of_syntax_has_its_line() {
    let said = |text| said(text, |_| {});
    let syntax = said("a = 1\nb = \n");
    assert!(syntax.starts_with("c:2: this is not TOML: "), "{syntax}");
    assert_eq!(said("a = 1\na = 2"), "c:2: this is not TOML: duplicate key \"a\"");
    assert_eq!(said("[a]\n[b]\n[a]"), "c:3: this is not TOML: duplicate key \"a\"");
}

#[test]
fn what_is_missing_in_a_value_has_its_line() {
    let ask = |root: &Table<'_>| {
        let entries = root.table("d").get("l").and_then(|list| list.list()).unwrap_or_default();
        for table in entries.iter().filter_map(|entry| entry.table()) {
            table.require("n");
            table.get("m").and_then(|m| m.text());
        }
        root.get("t").and_then(|t| t.table()).and_then(|table| table.require("u"));
    };
    let said = said("t = { v = 1 }\n[d]\nl = [\n{ n = 1 },\n{ m = 2 }]", ask);
    let lines: Vec<&str> = said.lines().skip(1).map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "c:1: missing t.u",
            "c:5: missing n of entry 2 of d.l",
            "c:5: m of entry 2 of d.l must be a text in quotes, and is the number 2",
        ]
    );
}

#[test]
fn numbers_in_any_notation() {
    let mut numbers = Vec::new();
    said("a = 1_000\nb = 0xff\nc = 1.5e3", |root| {
        numbers = ["a", "b", "c"].iter().filter_map(|&key| root.get(key)?.number()).collect();
    });
    assert_eq!(numbers, [1000.0, 255.0, 1500.0]);
}
