/**
 * Follows texts through the sources to where they become SQL or a JSONPath.
 *
 * A text is fixed when it is put together from literals, constants, numbers and what a checked maker
 * gives. Types do not count: a caller without TypeScript can hand over anything for them.
 *
 * @module
 */
import ts from 'typescript';

/**
 * A parameter that becomes part of a statement or path.
 */
interface Sink {
  /** The name of the class and method, or of the function. */
  readonly name: string;
  readonly parameter: number;
  /** Which element of the list that is handed over is the key, and no part of a path. */
  readonly keyAt?: number;
}

/**
 * What a check found.
 */
export interface FlowFindings {
  /** Each text that is not fixed: where it stands and what it is. */
  readonly problems: string[];
  /** How many texts reached a sink. */
  readonly checked: number;
}

/** The types of Node and of the clients are large, and the same for every program. */
const parsed = new Map<string, ts.SourceFile>();

/**
 * Makes a program of source files; for a test of the check, `virtual` replaces or adds some by name.
 */
export function programOf(
  files: readonly string[],
  virtual: Readonly<Record<string, string>> = {},
): ts.Program {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2024,
    module: ts.ModuleKind.NodeNext,
    allowImportingTsExtensions: true,
    noEmit: true,
    types: ['node'],
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const readFile = host.readFile.bind(host);
  const fileExists = host.fileExists.bind(host);
  host.readFile = (name) => virtual[name] ?? readFile(name);
  host.fileExists = (name) => name in virtual || fileExists(name);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version, ...rest) => {
    const text = virtual[name];
    if (text !== undefined) return ts.createSourceFile(name, text, version, true);
    const file = parsed.get(name) ?? getSourceFile(name, version, ...rest);
    if (file !== undefined) parsed.set(name, file);
    return file;
  };
  return ts.createProgram([...files, ...Object.keys(virtual)], options, host);
}

/**
 * What to check, and what was checked by reading.
 */
export interface FlowRules {
  /** Where texts become statements and paths. */
  readonly sinks: readonly Sink[];
  /** Names of variables whose initial values do. */
  readonly variables?: readonly string[];
  /** Names of functions that check what they make a text of. */
  readonly makers?: readonly string[];
  /** Methods that make no path of what they are given, so that nobody who calls them is asked. */
  readonly pathless?: readonly string[];
  /** Expressions that are checked where they are made. */
  readonly reviewed?: readonly string[];
}

/**
 * Checks every text that reaches a sink in the files of a folder. A parameter that is handed on to a
 * sink is one itself.
 */
export function checkFlow(program: ts.Program, folder: string, rules: FlowRules): FlowFindings {
  const flow = new TextFlow(program, folder, rules);
  for (const sink of rules.sinks) flow.add(sink);
  return flow.run(rules.variables ?? []);
}

class TextFlow {
  readonly #files: readonly ts.SourceFile[];
  readonly #checker: ts.TypeChecker;
  readonly #makers: ReadonlySet<string>;
  readonly #reviewed: ReadonlySet<string>;
  readonly #pathless: ReadonlySet<string>;
  readonly #queue: Sink[] = [];
  readonly #problems = new Set<string>();
  #checked = 0;

  constructor(
    program: ts.Program,
    folder: string,
    { makers = [], reviewed = [], pathless = [] }: FlowRules,
  ) {
    this.#files = program.getSourceFiles().filter(({ fileName }) => fileName.includes(folder));
    this.#checker = program.getTypeChecker();
    this.#makers = new Set(makers);
    this.#reviewed = new Set(reviewed);
    this.#pathless = new Set(pathless);
  }

  add(sink: Sink): void {
    const isKnown = this.#queue.some(
      ({ name, parameter }) => name === sink.name && parameter === sink.parameter,
    );
    if (!isKnown) this.#queue.push(sink);
  }

  run(variables: readonly string[]): FlowFindings {
    for (const file of this.#files) this.#visitVariables(file, variables);
    // The queue grows while it is worked off.
    for (const sink of this.#queue) for (const file of this.#files) this.#visit(file, sink);
    return { problems: [...this.#problems], checked: this.#checked };
  }

  #visit(node: ts.Node, sink: Sink): void {
    if (ts.isCallExpression(node) && this.#nameOf(node) === sink.name) {
      const argument = node.arguments[sink.parameter];
      if (argument !== undefined) {
        this.#checked += 1;
        for (const part of partsBesideKey(argument, sink)) this.#require(part);
      }
    }
    ts.forEachChild(node, (child) => this.#visit(child, sink));
  }

  #visitVariables(node: ts.Node, names: readonly string[]): void {
    if (ts.isVariableDeclaration(node) && names.includes(node.name.getText())) {
      this.#checked += 1;
      if (node.initializer !== undefined) this.#require(node.initializer);
    }
    ts.forEachChild(node, (child) => this.#visitVariables(child, names));
  }

  /** The class and method, or the function, that a call calls. */
  #nameOf({ expression }: ts.CallExpression): string {
    const name = ts.isPropertyAccessExpression(expression) ? expression.name : expression;
    const declaration = this.#declarationOf(name);
    return declaration === undefined ? '' : callableName(declaration);
  }

  #declarationOf(node: ts.Node): ts.Declaration | undefined {
    const symbol = this.#checker.getSymbolAtLocation(node);
    const isAlias = symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    const target = isAlias ? this.#checker.getAliasedSymbol(symbol) : symbol;
    return target?.declarations?.[0];
  }

  #require(node: ts.Expression): void {
    if (this.#isFixed(node)) return;
    const file = node.getSourceFile();
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    this.#problems.add(`${file.fileName}:${line + 1}: ${node.getText()}`);
  }

  #isFixed(node: ts.Expression): boolean {
    if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) return true;
    if (this.#reviewed.has(node.getText())) return true;
    const parts = partsOf(node);
    if (parts !== null) return parts.every((part) => this.#isFixed(part));
    if (ts.isCallExpression(node)) return this.#isFixedCall(node);
    if (ts.isIdentifier(node)) return this.#isFixedName(node);
    return ts.isPropertyAccessExpression(node) && this.#isNumber(node);
  }

  /** What a maker gives, what Math gives, and what a fixed list is mapped to. */
  #isFixedCall(node: ts.CallExpression): boolean {
    const { expression } = node;
    if (ts.isIdentifier(expression)) return this.#makers.has(expression.text);
    if (!ts.isPropertyAccessExpression(expression)) return false;
    const { expression: target, name } = expression;
    if (target.getText() === 'Math') return true;
    const [callback] = node.arguments;
    if (name.text !== 'map' || callback === undefined || !ts.isArrowFunction(callback))
      return false;
    const { body } = callback;
    return this.#isFixed(target) && !ts.isBlock(body) && this.#isFixed(body);
  }

  #isFixedName(node: ts.Identifier): boolean {
    const declaration = this.#declarationOf(node);
    if (declaration === undefined) return false;
    if (ts.isParameter(declaration)) return this.#isFixedParameter(declaration);
    if (!ts.isVariableDeclaration(declaration)) return false;
    const { initializer, parent } = declaration;
    const isConstant = (parent.flags & ts.NodeFlags.Const) !== 0;
    if (initializer === undefined) return false;
    return isConstant ? this.#isFixed(initializer) : this.#isNumber(node);
  }

  /** An element of a fixed list, or whatever the callers hand over, which is checked there. */
  #isFixedParameter(parameter: ts.ParameterDeclaration): boolean {
    const { parent: owner } = parameter;
    if (ts.isArrowFunction(owner) && ts.isCallExpression(owner.parent)) {
      const { expression } = owner.parent;
      return ts.isPropertyAccessExpression(expression) && this.#isFixed(expression.expression);
    }
    const name = callableName(owner);
    if (name === '' || parameter.dotDotDotToken !== undefined) return this.#pathless.has(name);
    if (this.#pathless.has(name)) return true;
    this.add({ name, parameter: owner.parameters.indexOf(parameter) });
    return true;
  }

  #isNumber(node: ts.Node): boolean {
    const type = this.#checker.getTypeAtLocation(node);
    return (type.flags & ts.TypeFlags.NumberLike) !== 0;
  }
}

function partsBesideKey(argument: ts.Expression, { keyAt }: Sink): readonly ts.Expression[] {
  if (keyAt === undefined || !ts.isArrayLiteralExpression(argument)) return [argument];
  return argument.elements.filter((_, index) => index !== keyAt);
}

/** What a value is put together of, or null where it is no such expression. */
function partsOf(node: ts.Expression): ts.Expression[] | null {
  if (ts.isTemplateExpression(node)) return node.templateSpans.map(({ expression }) => expression);
  if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse];
  if (ts.isBinaryExpression(node)) return [node.left, node.right];
  if (ts.isArrayLiteralExpression(node)) return [...node.elements];
  const isWrapped =
    ts.isParenthesizedExpression(node) || ts.isSpreadElement(node) || ts.isAsExpression(node);
  return isWrapped ? [node.expression] : null;
}

function callableName(node: ts.Node): string {
  const isMethod = ts.isMethodDeclaration(node) || ts.isMethodSignature(node);
  if (isMethod) {
    const owner = node.parent as ts.ClassDeclaration | ts.InterfaceDeclaration;
    return `${owner.name?.text ?? ''}.${node.name.getText()}`;
  }
  return ts.isFunctionDeclaration(node) ? (node.name?.text ?? '') : '';
}
