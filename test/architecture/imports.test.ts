import { basename, dirname } from 'node:path'
import { platforms } from '../../src/catalogue/platforms/index.ts'
import { circlesAmong } from './circles.ts'
import { repositoryFiles, sourceFiles, type Import, type SourceFile } from './source.ts'

const src = sourceFiles('src')
const workflows = sourceFiles('workflows')
const activities = sourceFiles('activities')
const workers = sourceFiles('workers')

/** `file -> import` for each import that is not allowed. */
function wrong(files: SourceFile[], allowed: (imported: Import, file: SourceFile) => boolean): string[] {
  return files.flatMap(file =>
    file.imports.filter(imported => !allowed(imported, file)).map(imported => `${file.path} -> ${imported.target}`),
  )
}

const folderOf = (path: string) => path.split('/')[0]!
const isOurs = (target: string) => /^(src|workflows|activities|workers|dev|bench|test)\//.test(target)
/** The part of `src` that a file belongs to: a feature's folder, or '' for a file that stands alone. */
const partOf = (path: string) => /^src\/([^/]+)\//.exec(path)?.[1] ?? ''

describe('the directions of imports', () => {
  it('are seen at all', () => {
    expect(src.length).toBeGreaterThan(50)
    expect(src.flatMap(file => file.imports).length).toBeGreaterThan(200)
  })

  it('src imports none of the other folders', () => {
    expect(wrong(src, ({ target }) => !isOurs(target) || target.startsWith('src/'))).toEqual([])
  })

  it('activities import src and their own folder', () => {
    const allowed = ['src', 'activities']
    expect(wrong(activities, ({ target }) => !isOurs(target) || allowed.includes(folderOf(target)))).toEqual([])
  })

  it('workers import neither dev, bench nor test', () => {
    const forbidden = ['dev', 'bench', 'test']
    expect(wrong(workers, ({ target }) => !forbidden.includes(folderOf(target)))).toEqual([])
  })

  const isPure = (target: string) => /^src\/[^/]+\/(contract|policy)\.ts$/.test(target)

  it('workflows import types of activities, and values only from Temporal, their own folder, contracts and policies', () => {
    const allowed = ({ target, typeOnly }: Import) =>
      target === '@temporalio/workflow' ||
      folderOf(target) === 'workflows' ||
      isPure(target) ||
      (typeOnly && (folderOf(target) === 'activities' || target.startsWith('src/')))
    expect(wrong(workflows, allowed)).toEqual([])
  })

  it('contracts and policies import, for use at run time, only each other', () => {
    const pure = src.filter(file => isPure(file.path))
    const temporalContract = 'src/temporal/contract.ts'
    const allowed = ({ target, typeOnly }: Import, file: SourceFile) =>
      typeOnly || isPure(target) || (file.path === temporalContract && target === '@temporalio/common')
    expect(wrong(pure, allowed)).toEqual([])
  })
})

/** The parts of `src` from the ground up: each imports those before it, and itself. Files that stand alone are parts too. */
const order = [
  ...[
    'version.ts',
    'located.ts',
    'json',
    'fairness',
    'retries',
    'deadline.ts',
    'ids.ts',
    'errors.ts',
    'logger.ts',
    'temporal',
    'config.ts',
  ],
  ...['outgoing', 'metrics', 'db', 'credentials', 'catalogue', 'foundation.ts', 'audit', 'limits', 'calls', 'grants'],
  ...['workspaces', 'provider-apps', 'delivery', 'connections', 'sync', 'inbound'],
  ...['maintenance', 'retention', 'operators', 'hub.ts', 'gauge-sources.ts', 'http', 'main.ts'],
]
const placeOf = (path: string) => order.indexOf(path.split('/')[1]!)

describe('inside src', () => {
  it('every part has a place in the order', () => {
    const parts = new Set(src.map(file => file.path.split('/')[1]!))
    expect([...parts].toSorted()).toEqual(order.toSorted())
  })

  it('no part imports one that comes after it, not even a type', () => {
    const inside = ({ target }: Import) => target.startsWith('src/')
    expect(wrong(src, (imported, file) => !inside(imported) || placeOf(imported.target) <= placeOf(file.path))).toEqual(
      [],
    )
  })

  it('no files import each other in a circle, not even types', () => {
    expect(circlesAmong(src)).toEqual([])
  })

  it('a folder of more than fifteen files has rooms, but for lists of things of one kind', () => {
    const lists = ['src/db/schema', 'src/db/migrations', 'src/catalogue/collections', 'workflows']
    const files = [...src, ...workflows, ...activities, ...workers].map(({ path }) => dirname(path))
    const folders = [...new Set(files)].filter(folder => !lists.includes(folder))
    expect(folders.filter(folder => files.filter(one => one === folder).length > 18)).toEqual([])
  })

  it('ciphers are used in src/credentials only, and what they sealed is opened there', () => {
    const ciphers = src.filter(file => /create(De)?[Cc]ipheriv/.test(file.code)).map(file => file.path)
    expect(ciphers).toEqual(['src/credentials/key-ring.ts'])
    const openers = src.filter(file => /\bring\.open\(/.test(file.code) && partOf(file.path) !== 'credentials')
    // Stored answers of Idempotency-Key are sealed with the ring, and opened for the caller who was given them.
    expect(openers.map(file => file.path)).toEqual(['src/http/idempotency/idempotency.ts'])
  })

  it('only config.ts reads the environment', () => {
    expect(src.filter(file => /process\.env/.test(file.code)).map(file => file.path)).toEqual(['src/config.ts'])
  })

  it('no code names a provider, but its own file, the list and the examples of the documentation', () => {
    // A protocol's name is no provider's, though one be called after it.
    const ids = platforms.map(platform => platform.id).filter(id => id !== 'smtp')
    const names = new RegExp(`\\b(${ids.join('|')})\\b`, 'i')
    const own = /^src\/(catalogue\/platforms\/.+|http\/openapi\/openapi-(examples|words))\.ts$/
    const naming = [...src, ...workflows, ...activities, ...workers]
      .filter(file => !own.test(file.path))
      .flatMap(({ path, code }) =>
        code
          .split('\n')
          // An example in the API's documentation may.
          .filter(line => names.test(line) && !/examples?:|description:/.test(line))
          .map(line => `${path}: ${line.trim()}`),
      )
    expect(naming).toEqual([])
  })

  it('nothing is called utils, helpers, common or lib', () => {
    const vague = /^(utils?|helpers?|common|lib|misc|shared)$/
    const named = repositoryFiles().filter(path =>
      path.split('/').some(part => vague.test(basename(part).replace(/\.\w+$/, ''))),
    )
    expect(named).toEqual([])
  })
})
