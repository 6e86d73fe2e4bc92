import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closingOf } from '../../dev/test-closing.ts'

const jest = createRequire(import.meta.url).resolve('jest/bin/jest')
const reporter = join(import.meta.dirname, '..', '..', 'dev', 'test-counts.mjs')
const folder = mkdtempSync(join(tmpdir(), 'causeway-closing-'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs jest itself on one file of tests; gives the closing line and whether the run is good. */
function closingOfRun(name: string, tests: string, failedChecks = 0) {
  const rootDir = mkdtempSync(join(folder, `${name}-`))
  writeFileSync(join(rootDir, 'one.test.js'), tests)
  const countsFile = join(rootDir, 'counts.json')
  const config = JSON.stringify({ rootDir, testEnvironment: 'node', transform: {}, haste: { enableSymlinks: false } })
  const args = [jest, '--config', config, '--ci', '--no-cache', '--no-watchman', '--reporters', reporter, '--forceExit']
  const { status } = spawnSync(process.execPath, args, {
    cwd: rootDir,
    env: { ...process.env, NODE_OPTIONS: '', CAUSEWAY_TEST_COUNTS: countsFile },
  })
  return closingOf(countsFile, { jestCode: status ?? 1, failedChecks })
}

it('is good where every test has passed', () => {
  expect(closingOfRun('good', `it('is', () => {}); it('is too', () => {})`)).toEqual({
    line: '2 passed, 0 failed',
    isGood: true,
  })
})

it('counts what failed, what could not run, and what was passed over', () => {
  const failing = `it('is', () => {}); it('is not', () => { throw new Error('no') }); it.todo('will be')`
  expect(closingOfRun('failing', failing)).toEqual({ line: '1 passed, 1 failed, 1 skipped', isGood: false })
  expect(closingOfRun('broken', `this is no test`)).toEqual({ line: '0 passed, 1 failed', isGood: false })
})

it('is not good where nothing ran, a check found something, or jest ended otherwise than by its tests', () => {
  expect(closingOfRun('nothing', `it.skip('is', () => {})`)).toEqual({
    line: '0 passed, 1 failed, 1 skipped',
    isGood: false,
  })
  expect(closingOfRun('check', `it('is', () => {})`, 1)).toEqual({ line: '1 passed, 1 failed', isGood: false })
  const missing = join(folder, 'no-such-file.json')
  expect(closingOf(missing, { jestCode: 1, failedChecks: 0 })).toEqual({ line: '0 passed, 1 failed', isGood: false })
})
