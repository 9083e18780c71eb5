"""What a file exports, language by language: public definitions, re-exports and public members, and
nothing else.
"""

from __future__ import annotations

import pytest

from forge.check.must_haves import exports
from forge.check.must_haves.code.file import Code
from forge.check.must_haves.imports.model import Files
from forge.check.must_haves.outcome import Outcome
from tests.check.must_haves.memory_tree import MemoryTree


def look(path: str, text: str, name: str, others: dict[str, str] | None = None) -> Outcome:
    files = Files(MemoryTree({path: text, **(others or {})}), 1 << 20)
    (wanted,) = exports.wanted(name)
    return exports.find(Code(path, text), wanted, files)


PYTHON = '''
"""hidden_doc is only named here."""
from .other import imported, shown, kept as kept
import os
if True:
    try:
        chosen = 1
    except ImportError:
        chosen, other_choice = 2, 3
ANNOTATED: int = 1
first = second = 0
(a, [b, *rest]) = x
_private = 1
_listed = 2
__version__ = "1"
__all__ = ["shown", "_listed", "not_defined"]
# commented = 1
async def fetch(): local = "quoted_name"
def run(): ...
class Service(Base):
    limit = 1
    size: int
    def start(self): self.attribute = 1
    def _hidden(self): ...
    class Inner:
        def deep(self): ...
class _Secret:
    def open(self): ...
run.assigned = 1
used_only()
'''
JAVASCRIPT = """
// export const commented = 1; export { commentedToo };
const text = "export const quoted = 1";
import { imported } from './x';
export function plain() { const inner = 1; }
export async function* generated() {}
export class Store { constructor() {} save() {} static make() {} #secret() {} get size() { return 1 } field = 1 }
export const one = 1, { two, three: renamed, ...rest } = load(), [four] = list();
export let api = { list() {}, remove: 1, create };
export { local as outside, imported };
export { default as Widget, helper } from './widget';
export * as space from './space';
export default function Page() {}
class Hidden { visible() {} }
const local = { member: 1 };
function notExported() {}
export const useStore = create(persist((set) => ({ addItem: () => 1 })));
export const client = new Hidden();
"""
TYPESCRIPT = """
export type Alias = { shape: string };
export interface Options { path: string; run(): void }
export enum Level { Low, High = 2 }
export abstract class Base<T> { private secret = 1; protected kept = 1; abstract act(): void;
  constructor(public given: string, private not: string) {} }
export namespace Space { export const inside = 1; const outside = 2 }
export declare function declared(a: string): void;
export type { Shown } from './types';
import type { Imported } from './types';
type Hidden = string;
interface AlsoHidden { x: 1 }
export const over = <T,>(a: T): a is T => true;
"""
COMMON = """
const Helper = class { help() {} };
function run() {}
exports.one = 1;
module.exports.two = function two() {};
module.exports = { run, three: 3, four() {}, 'five': 5, Helper, ...require('./six') };
other.exports.not = 1;
window.Global = { hung() {} };
"""
RUST = """
//! pub fn commented() {}
pub fn plain<T>(a: T) -> T { let inner = 1; a }
pub(crate) async fn near() {}
fn private() {}
pub struct Point { pub x: i32, y: i32 }
impl Point { pub fn new() -> Self { Point { x: 1, y: 2 } } fn secret(&self) {} }
impl Display for Point { fn fmt(&self) {} }
pub enum Shape { Round, Flat(i32) }
pub trait Act { fn act(&self); const SIZE: u8; }
pub const LIMIT: u8 = 1;
pub static NAME: &str = "quoted";
pub type Short = Vec<u8>;
pub mod inline { pub fn within() {} fn hidden_within() {} }
pub mod file;
mod closed { pub fn behind() {} }
pub use a::b::{c, d as renamed, self};
use x::brought_in;
#[macro_export]
macro_rules! open { () => {} }
macro_rules! shut { () => {} }
extern "C" { pub fn foreign(); }
#[cfg(test)]
mod tests { fn tested() {} }
"""
GO = """
package store
// Commented is only named.
import "fmt"
const Limit, small = 1, 2
var (
	Shared = 1
	hidden int
)
type Store struct { Name string; size int; Inner }
type Reader interface { Read() error; close() }
type Alias = Store
func New() *Store { Local := "Quoted"; return nil }
func helper() {}
func (s *Store) Save() {}
func (s Store[T]) Load() {}
func (s *Store) forget() {}
"""
JAVA = """
package a;
/** Commented */
public class Service extends Base {
  private int count; public static final int LIMIT = 1, MOST = 2; protected String kept;
  public Service() {} public void start() { int local; String s = "Quoted"; } void packaged() {} private void secret() {}
  public enum Level { LOW, HIGH; public int rank() { return 1; } }
  interface Within { void ask(); }
}
interface Packaged { void unseen(); }
record Point(int x, int y) {}
"""
JAVA_INTERFACE = (
    "public interface Api { void call(); default int size() { return 1; } int MOST = 3; }"
)
JAVA_RECORD = "public record Pair(int left, String right) { public int sum() { return 1; } }"
CSHARP = """
using System;
namespace A.B {
  // Commented
  public class Service : Base { private int count; public int Size { get; set; } internal Task<int> RunAsync<T>() => null;
    void Hidden() { var local = "Quoted"; } public const int Limit = 1; public event Action Done; protected int kept; }
  interface IApi { void Call(); int Count { get; } }
  public record Pair(int Left, string Right);
  public enum Level { Low, High }
  file class Own { public void Nothing() {} }
  class Packaged { private class Deep { public int Below; } }
  public delegate void Handler(int a);
}
"""
PHP = """<?php
namespace A;
// commented
function helper() { $local = 'quoted'; }
const TOP = 1;
define('DEFINED', 2);
$shared = new Service();
if (!function_exists('guarded')) { function guarded() {} }
class Service { private $count; public $size; const LIMIT = 1; private const OWN = 2;
  public function __construct(public readonly int $given, private $kept) {}
  public function start() {} function open() {} protected function near() {} private function secret() {} }
interface Api { public function call(); }
trait Shared { public function share() {} }
enum Level: string { case Low = 'low'; }
"""
RUBY = """
# commented
require 'other'
module Tools
  VERSION = "quoted"
  class Service < Base
    attr_accessor :size, :name
    def start(a); local = 1; end
    def self.build; end
    def ready?; end
    def level=(v); end
    alias_method :begin_now, :start
    private
    def secret; end
    public
    def again; end
    private def also_secret; end
    def hidden_later; end
    private :hidden_later
    protected
    def near; end
  end
end
def top; end
Point = Struct.new(:x, :y) do
  def length; end
end
"""

CASES = [
    (
        "m.py",
        PYTHON,
        (
            "shown kept chosen other_choice ANNOTATED first second a b rest _listed __version__"
            " fetch run Service Service.start start limit Service.size Inner.deep m.run *"
            " class:Service run() Service.Inner"
        ),
        (
            "imported os _private not_defined hidden_doc commented local quoted_name attribute"
            " _hidden _Secret _Secret.open open assigned used_only Base"
        ),
    ),
    ("pkg/__init__.py", PYTHON, "imported shown os run pkg.run", "_private not_defined"),
    (
        "m.js",
        JAVASCRIPT,
        (
            "plain generated Store Store.save save make size field one two renamed rest four api"
            " api.list api.remove create outside outside.member imported Widget helper space"
            " default Page useStore.addItem client.visible 'default Page' 'Page (default)'"
        ),
        (
            "commented commentedToo quoted inner secret three local notExported Hidden text"
            " Store.addItem"
        ),
    ),
    ("m.jsx", JAVASCRIPT, "plain default Store.save", "local"),
    (
        "m.ts",
        TYPESCRIPT,
        (
            "Alias Alias.shape Options path Options.run Level Level.Low High Base act kept given"
            " Space inside declared Shown over 'type Alias' 'interface Options'"
        ),
        "secret not Imported Hidden AlsoHidden outside x",
    ),
    ("m.tsx", TYPESCRIPT, "Alias over Base", "Hidden"),
    (
        "m.cjs",
        COMMON,
        "one two run three four five Helper Helper.help default Global Global.hung",
        "not other",
    ),
    (
        "m.d.ts",
        (
            "declare function given(): void; interface Own { a: 1 }\ndeclare global { interface"
            " Window { b: 1 } }"
        ),
        "given Own Window Window.b",
        "other",
    ),
    (
        "m.ts",
        "declare function given(): void; declare module 'x' { export const y: 1 }",
        "y",
        "given",
    ),
    ("m.ts", "class A { run() {} }\nexport = A;", "A default A.run", "B"),
    (
        "m.rs",
        RUST,
        (
            "plain near Point Point.x x Point::new new Point.fmt Shape Shape::Round Flat Act"
            " Act.act SIZE LIMIT NAME Short inline inline::within within file c renamed b open"
            " foreign 'pub fn plain<T>(a: T) -> T'"
        ),
        (
            "private commented inner y secret quoted hidden_within behind d brought_in shut tested"
            " tests"
        ),
    ),
    (
        "m.go",
        GO,
        (
            "Limit Shared Store Store.Name Reader Reader.Read Read Alias New Save Store.Save Load"
            " store.New 'func New() *Store' 'func (s *Store) Save()'"
        ),
        "small hidden size close helper forget Commented Local Quoted Inner",
    ),
    (
        "Service.java",
        JAVA,
        "Service LIMIT MOST kept start Service.start Level LOW HIGH rank Service.Level",
        "count packaged secret local Quoted Packaged unseen Point x Commented ask Base",
    ),
    ("Api.java", JAVA_INTERFACE, "Api call size MOST Api.call", "other"),
    ("Pair.java", JAVA_RECORD, "Pair left right sum", "other"),
    (
        "m.cs",
        CSHARP,
        (
            "Service Size RunAsync RunAsync<T> RunAsync<T>() Limit Done kept IApi Call Count Pair"
            " Left Level Low Handler Packaged"
        ),
        "count Hidden local Quoted Own Nothing Deep Below Commented Base",
    ),
    ("m.cs", "var app = 1;\napp.Run();", "Program", "app"),
    (
        "m.php",
        PHP,
        (
            "helper TOP DEFINED $shared shared guarded Service $size size LIMIT given start open"
            " Service::start Service->open Api call Shared share Level Low start()"
        ),
        "commented local quoted count OWN kept near secret",
    ),
    (
        "m.rb",
        RUBY,
        (
            "Tools Tools::VERSION VERSION Service Service#start size name build ready? level"
            " begin_now again top Point Point.x length Tools::Service"
        ),
        "commented quoted secret also_secret hidden_later near local Base other",
    ),
]


def names(text: str) -> list[str]:
    parts = text.split("'")
    return [
        name
        for number, part in enumerate(parts)
        for name in ([part] if number % 2 else part.split())
    ]


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        (p, t, n.replace(":", " ") if n.startswith("class:") else n)
        for p, t, public, _ in CASES
        for n in names(public)
    ],
)
def test_what_is_public_is_found_by_the_syntax_tree(path: str, text: str, name: str) -> None:
    outcome = look(path, text, name)
    assert outcome.verdict == "pass", outcome.reason
    assert outcome.evidence[0].how.endswith("(syntax tree)")
    assert outcome.evidence[0].path == path
    assert outcome.evidence[0].line


@pytest.mark.parametrize(
    ("path", "text", "name"), [(p, t, n) for p, t, _, hidden in CASES for n in names(hidden)]
)
def test_what_is_not_public_is_not_found(path: str, text: str, name: str) -> None:
    others = {"six.js": "exports.seven = 1"}
    outcome = look(path, text, name, others)
    assert outcome.verdict == "fail", outcome.evidence
    assert name in outcome.reason


def test_the_reason_says_that_a_name_is_not_public() -> None:
    assert "line 2, is not public" in look("m.py", "\n_a = 1\n", "_a").reason
    assert "line 1, is not public" in look("m.go", "func helper() {}", "helper").reason
    assert "occurs in line 1, but not as" in look("m.ts", "use(thing);", "thing").reason


@pytest.mark.parametrize(
    "comment", ["// export const gone = 1", "/* gone */", "const a = 'gone', b = `gone`"]
)
def test_comments_and_strings_never_count(comment: str) -> None:
    assert look("m.ts", comment, "gone").verdict == "fail"
    assert look("m.kt", comment.partition("`")[0].replace("'", '"'), "gone").verdict == "fail"
    assert look("m.swift", comment.partition("`")[0].replace("'", '"'), "gone").verdict == "fail"
