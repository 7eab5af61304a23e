/** Reads the imports of every TypeScript file under a folder, with TypeScript's own parser. */
import { type Node, type SourceFile, SyntaxKind } from "typescript/unstable/ast"
import {
  isCallExpression,
  isExportDeclaration,
  isImportDeclaration,
  isImportTypeNode,
  isLiteralTypeNode,
  isNoSubstitutionTemplateLiteral,
  isStringLiteral
} from "typescript/unstable/ast/is"
import { API } from "typescript/unstable/sync"

export interface ImportSite {
  /** As written, or undefined for an `import()` whose path is computed. */
  readonly specifier: string | undefined
  /** 1-based. */
  readonly line: number
}

/** Imports, re-exports, dynamic imports and import types, by absolute file name, in the order of their lines. */
export const parseImports = (folder: string): ReadonlyMap<string, ReadonlyArray<ImportSite>> => {
  // A project that exists only here: every file of the folder, parsed, with nothing looked up outside it.
  const project = `${folder}/tsconfig.imports.json`
  const settings = {
    compilerOptions: { noResolve: true, noLib: true, types: [], allowImportingTsExtensions: true, noEmit: true },
    include: ["**/*.ts"]
  }
  const api = new API({
    fs: {
      fileExists: (file) => file === project ? true : undefined,
      readFile: (file) => file === project ? JSON.stringify(settings) : undefined
    }
  })
  try {
    const program = api.updateSnapshot({ openProjects: [project] }).getProject(project)?.program
    const files = (program?.getSourceFileNames() ?? []).toSorted()
    return new Map(files.map((file) => {
      const source = program?.getSourceFile(file)
      return [file, source === undefined ? [] : importsOf(source)]
    }))
  } finally {
    api.close()
  }
}

const importsOf = (source: SourceFile): ReadonlyArray<ImportSite> => {
  const found: Array<ImportSite> = []
  const add = (at: Node, module: Node | undefined): void => {
    const specifier = module !== undefined && (isStringLiteral(module) || isNoSubstitutionTemplateLiteral(module))
      ? module.text
      : undefined
    const line = source.getLineAndCharacterOfPosition(at.getStart(source)).line + 1
    found.push({ specifier, line })
  }
  const visit = (node: Node): void => {
    if (isImportDeclaration(node)) add(node, node.moduleSpecifier)
    else if (isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      add(node, node.moduleSpecifier)
    } else if (isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword) {
      add(node, node.arguments[0])
    } else if (isImportTypeNode(node)) {
      add(node, isLiteralTypeNode(node.argument) ? node.argument.literal : undefined)
    }
    node.forEachChild(visit)
  }
  visit(source)
  return found.toSorted((a, b) => a.line - b.line)
}
