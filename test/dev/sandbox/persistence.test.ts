import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSandboxProcess } from '../../../dev/sandbox/process.ts'
import { connectQuickbooks, quickbooksTokens } from './account.ts'

it('keeps grants, tokens and customers over a kill and a new start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-sandbox-'))
  const sandbox = await startSandboxProcess({
    file: join(folder, 'sandbox.db'),
    logFile: join(folder, 'log'),
    settings: { customers: 5 },
  })
  try {
    const company = await connectQuickbooks(sandbox.url)
    await sandbox.control.customers(company.realm).change('2', { Notes: 'kept' })
    await sandbox.control.changeSettings({ accessTokenSeconds: 77 })
    await sandbox.kill()
    await sandbox.start()
    expect((await company.get('companyinfo/1')).status).toBe(200)
    expect(await sandbox.control.customers(company.realm).get('2')).toMatchObject({ Notes: 'kept', SyncToken: '1' })
    const refreshed = await quickbooksTokens(sandbox.url, {
      grant_type: 'refresh_token',
      refresh_token: company.tokens.refresh_token,
    })
    expect(refreshed).toMatchObject({ status: 200, body: { expires_in: 77 } })
  } finally {
    await sandbox.stop()
    rmSync(folder, { recursive: true })
  }
})
