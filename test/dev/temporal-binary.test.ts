import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { findTemporal } from '../../dev/temporal/temporal-binary.ts'

let folder: string
let said: string[]
const say = (line: string) => said.push(line)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'causeway-find-'))
  said = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function program(path: string, script: string): string {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, path), 0o755)
  return join(folder, path)
}

const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  PATH: join(folder, 'bin'),
  XDG_CACHE_HOME: join(folder, 'cache'),
  ...more,
})
const find = (env: NodeJS.ProcessEnv) => findTemporal({ env, say, download: false })
const cached = 'cache/causeway/temporal-1.5.1/temporal'
// as `go install` does, but at once; it counts its runs
const fakeGo = `echo built >> "$COUNT"; echo '#!/bin/sh' > "$GOBIN/temporal"; /bin/chmod 755 "$GOBIN/temporal"; /bin/sleep 0.3`

it('prefers a running server, then the path given, the PATH, and the cache', async () => {
  const inCache = program(cached, 'exit 0')
  expect(await find(environment())).toEqual({ kind: 'binary', path: inCache, from: 'cache' })
  const onPath = program('bin/temporal', 'exit 0')
  expect(await find(environment())).toEqual({ kind: 'binary', path: onPath, from: 'PATH' })
  const given = program('elsewhere/temporal', 'exit 0')
  expect(await find(environment({ TEMPORAL_CLI_PATH: given }))).toEqual({
    kind: 'binary',
    path: given,
    from: 'TEMPORAL_CLI_PATH',
  })
  expect(await find(environment({ TEMPORAL_CLI_PATH: given, TEMPORAL_ADDRESS: '10.0.0.1:7233' }))).toEqual({
    kind: 'running',
    address: '10.0.0.1:7233',
  })
})

it('refuses a given path that cannot be run', async () => {
  await expect(find(environment({ TEMPORAL_CLI_PATH: join(folder, 'nothing') }))).rejects.toThrow('TEMPORAL_CLI_PATH')
})

it('builds with Go into the cache, once for two callers, and says that it takes long', async () => {
  program('bin/go', fakeGo)
  const env = environment({ COUNT: join(folder, 'count') })
  const both = await Promise.all([find(env), find(env)])
  expect(both[0]).toMatchObject({ path: join(folder, cached) })
  expect(both[1]).toMatchObject({ path: join(folder, cached) })
  expect(readFileSync(join(folder, 'count'), 'utf8')).toBe('built\n')
  expect(said.join()).toContain('five minutes')
  expect(await find(env)).toMatchObject({ from: 'cache' })
  expect(existsSync(join(folder, `${cached}.lock`))).toBe(false)
})

it('takes over the lock of a process that died', async () => {
  program('bin/go', fakeGo)
  mkdirSync(join(folder, `${cached}.lock`), { recursive: true })
  writeFileSync(join(folder, `${cached}.lock/pid`), '999999999')
  expect(await find(environment({ COUNT: join(folder, 'count') }))).toMatchObject({ from: 'go' })
})

it('names every way when none is open, and keeps no half-built program', async () => {
  program('bin/go', 'echo broken > "$GOBIN/temporal"; echo no network >&2; exit 1')
  await expect(find(environment())).rejects.toThrow(/TEMPORAL_ADDRESS.*TEMPORAL_CLI_PATH.*download.*go install/s)
  expect(said.join()).toContain('no network')
  expect(existsSync(join(folder, cached))).toBe(false)
})
