import { withBoundary } from '../../activities/boundary.ts'
import { onBehalfOf, workspaceNow } from '../../src/db/on-behalf-of.ts'
import { createLogger } from '../../src/logger.ts'

describe('whose a connection counts as', () => {
  const { activity } = withBoundary(
    { activity: async (..._args: unknown[]) => workspaceNow() },
    createLogger({ level: 'silent', name: 'test' }),
  )

  it("is an activity's workspace, where its input names one", async () => {
    expect(await activity({ workspaceId: 'ws_1', runId: 'run_1' }, 5)).toBe('ws_1')
    for (const args of [[], [null], ['connections', 100], [{ workspaceId: 7 }]])
      expect(await activity(...args)).toBe('')
  })

  it('stays with what was begun for it', async () => {
    const seen = await Promise.all(
      ['ws_1', 'ws_2'].map(id =>
        onBehalfOf(id, async () => {
          await new Promise(resolve => setTimeout(resolve, 5))
          return workspaceNow()
        }),
      ),
    )
    expect(seen).toEqual(['ws_1', 'ws_2'])
    expect(workspaceNow()).toBe('')
  })
})
