import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../architecture/source.ts'

describe('the OpenAPI document', () => {
  it('satisfies two validators, and two generators make clients of it that compile strictly', () => {
    const script = join(root, 'dev', 'check-openapi.ts')
    const done = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    expect(done.status === 0 ? 'good' : `${done.stdout}${done.stderr}`).toBe('good')
    expect(done.stdout.match(/^ok /gm)).toHaveLength(5)
  }, 600_000)
})
