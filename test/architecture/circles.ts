import type { SourceFile } from './source.ts'

/**
 * Files that lead back to themselves by what they import, each circle as `a -> b -> a`, told once: the strongly connected
 * components of the graph, by Tarjan's algorithm.
 */
export function circlesAmong(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map(file => [file.path, file]))
  const ahead = (path: string) =>
    byPath
      .get(path)!
      .imports.map(({ target }) => target)
      .filter(target => byPath.has(target))
  const found = new Map<string, number>()
  const lowest = new Map<string, number>()
  const open: string[] = []
  const circles: string[] = []
  const visit = (path: string) => {
    const number = found.size
    found.set(path, number)
    lowest.set(path, number)
    open.push(path)
    for (const target of ahead(path)) {
      if (!found.has(target)) visit(target)
      if (open.includes(target)) lowest.set(path, Math.min(lowest.get(path)!, lowest.get(target)!))
    }
    if (lowest.get(path) !== number) return
    const members = open.splice(open.indexOf(path))
    if (members.length > 1 || ahead(path).includes(path)) circles.push([...members, path].join(' -> '))
  }
  for (const { path } of files) if (!found.has(path)) visit(path)
  return circles
}
