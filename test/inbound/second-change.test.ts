import { createHmac } from 'node:crypto'
import { eventually } from '../connections/accounts.ts'
import { createTestServer } from '../support/hub.ts'
import { connectedCompany, createSync, recordNamed, run } from '../sync/company.ts'

// The whole way: the platform signs, the hub routes, a run of the sync reads what has changed.
const company = await connectedCompany(3)
const server = await createTestServer(company.hub)
const webhookSecret = 'the verifier token'

describe('two changes of a customer within one second', () => {
  it('both reach the record, although the platform says the same of both', async () => {
    const { data } = (await company.workspace.request('GET', '/v1/provider-apps')).body
    const appId = data[0]!['id'] as string
    await company.workspace.request('PATCH', `/v1/provider-apps/${appId}`, { webhookSecret })
    const syncId = await createSync(company, { direction: 'pull', schedule: { every: '24h' } })
    await run(company, syncId)
    const [customer] = await company.customers.list()
    const { DisplayName: name, Id: id } = customer as unknown as { DisplayName: string; Id: string }
    const body = JSON.stringify({
      eventNotifications: [
        {
          realmId: company.realmId,
          dataChangeEvent: {
            entities: [{ name: 'Customer', id, operation: 'Update', lastUpdated: '2026-01-01T00:00:00Z' }],
          },
        },
      ],
    })
    const signature = createHmac('sha256', webhookSecret).update(body).digest('base64')
    const tell = () =>
      server.inject({
        method: 'POST',
        url: `/webhooks/quickbooks/${appId}`,
        payload: body,
        headers: { 'content-type': 'application/json', 'intuit-signature': signature },
      })
    for (const notes of ['v2', 'v3']) {
      await company.customers.change(name, { Notes: notes })
      expect((await tell()).statusCode).toBe(202)
      await eventually(
        `the record to be at ${notes}`,
        async () => (await recordNamed(company, name)).data['notes'] === notes,
      )
    }
  })
})
