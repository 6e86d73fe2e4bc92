import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from '@temporalio/worker'
import { historiesFolder } from '../support/record-histories.ts'
import { sharedBundle } from '../support/workers.ts'

const listFile = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url))

const files = (await readdir(historiesFolder)).filter(name => name.endsWith('.json'))
const workflows = [...(await readFile(listFile, 'utf8')).matchAll(/export \{ (\w+) \}/g)].map(match => match[1]!)

describe('recorded histories', () => {
  let code: string

  beforeAll(async () => {
    code = await sharedBundle()
  })

  it.each(workflows)('%s has at least one', workflow => {
    expect(files.filter(name => name.startsWith(`${workflow}-`))).not.toEqual([])
  })

  it.each(files)('%s replays', async name => {
    const history: unknown = JSON.parse(await readFile(historiesFolder + name, 'utf8'))
    await Worker.runReplayHistory({ workflowBundle: { code } }, history)
  })
})
