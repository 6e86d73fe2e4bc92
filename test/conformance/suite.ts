import type { ErrorIn200, SandboxPerson } from '../../dev/sandbox/platform.ts'
import { platforms as catalogue } from '../../src/catalogue/platforms/index.ts'
import type { AuthMethod } from '../../src/catalogue/schema/auth.ts'
import type { ProviderDefinition } from '../../src/catalogue/schema/definition.ts'
import type { ErrorCode } from '../../src/errors.ts'
import { eventually } from '../connections/accounts.ts'
import { completeness } from './completeness.ts'
import { openStage, type Stage } from './stage.ts'

/**
 * What every platform has to do with the hub, at the sandbox's strict double of it: each of its methods connects, says whose
 * account it is, is kept alive, bears a refusal, is given back, and is seen to be dead. One stage serves the whole file.
 */
export async function conform(ids: readonly string[]): Promise<void> {
  const stage = await openStage()
  for (const id of ids) {
    const definition = catalogue.find(one => one.id === id)
    if (!definition) throw new Error(`no platform ${id} in the catalogue`)
    describe(id, () => {
      completeness(definition)
      for (const [index, method] of definition.auth.entries())
        describe(`by ${method.id}`, () => methodConforms(stage, definition, method, index === 0))
    })
  }
}

/** @param isFirst what the platform says to all of its methods in the same way is tried with this one */
function methodConforms(stage: Stage, definition: ProviderDefinition, method: AuthMethod, isFirst: boolean): void {
  const { id: provider } = definition
  const person = stage.personOf(provider, method.id)
  const { control } = stage.sandbox
  const byKey = person.credentials !== undefined
  let [app, connection] = ['', '']

  const connect = async () => {
    const started = await stage.begin(
      provider,
      method.id,
      app,
      person,
      byKey ? { credentials: person.credentials } : {},
    )
    expect([started.status, started.body]).toEqual([201, expect.anything()])
    if (started.body.authorizationUrl) await stage.visit(started.body, person)
    return started.body.connection.id
  }

  beforeAll(async () => {
    app = await stage.appOf(provider, person)
  })
  afterEach(() => control.clearFaults())
  afterAll(() => control.reset())

  it('connects, and knows whose account it is', async () => {
    connection = await connect()
    const shown = await stage.shown(connection)
    expect(shown).toMatchObject({ status: 'connected' })
    expect(shown.externalAccountId).toBe(person.externalAccountId ?? shown.externalAccountId)
    expect(shown.externalAccountId).not.toBeNull()
  })

  if (isRenewed(method, person)) {
    it('gets new tokens again and again, and spends none twice', async () => {
      const seen = [await stage.tokenOf(connection)]
      for (let round = 0; round < 2; round += 1) {
        expect(await stage.refresh(connection)).toMatchObject({ outcome: 'refreshed' })
        seen.push(await stage.tokenOf(connection))
      }
      expect(new Set(seen).size).toBe(3)
      expect((await control.tokenRequests({ platform: provider })).filter(({ reused }) => reused)).toEqual([])
      expect((await stage.check(connection)).body).toMatchObject({ status: 'connected' })
    })
  }

  const { identity = definition.identity } = method
  if ('get' in identity) {
    it(`bears a platform that is down${isFirst ? ', or says to slow down' : ''}`, async () => {
      for (const kind of isFirst ? (['503', '429'] as const) : (['503'] as const)) {
        const wait = kind === '429' ? { retryAfterSeconds: 1 } : {}
        await control.addFault({ platform: provider, kind, times: 1, ...wait })
        const { body } = await stage.check(connection)
        expect(['connected', 'degraded']).toContain(body.status)
        await control.clearFaults()
      }
      await eventually('it is well again', async () => (await stage.check(connection)).body.status === 'connected')
    })
  }

  const errorsIn200 = method === definition.auth[0] ? stage.errorsIn200(provider) : []
  if (errorsIn200.length > 0) {
    it('reads errors that come with a status of success', async () => {
      // A pause that is asked for is the next call's too.
      const isLast = ({ means }: ErrorIn200) => means === 'slow down'
      const inOrder = [...errorsIn200.filter(one => !isLast(one)), ...errorsIn200.filter(isLast)]
      for (const { body, code, means } of inOrder) {
        await control.addFault({ platform: provider, kind: 'answer', body, times: 1 })
        const error = await stage.failureOf(connection)
        expect([body, error.code]).toEqual([body, saidAs[means]])
        if (means === 'slow down') continue
        expect(error.details).toMatchObject({
          status: 200,
          ...(/^[\w.-]+$/.test(code ?? ':') && { providerCode: code }),
        })
        expect(means === 'not there').toBe((error.details as { meaning?: string }).meaning === 'not-found')
      }
    })
  }

  if (person.wrongCredentials) {
    it('refuses a wrong key', async () => {
      const refused = await stage.begin(provider, method.id, app, person, { credentials: person.wrongCredentials })
      expect([refused.status, refused.body]).toMatchObject([400, { error: { code: 'INVALID_CREDENTIALS' } }])
    })
  }

  it('is given back when it is disconnected', async () => {
    const { status } = await stage.workspace.request('DELETE', `/v1/connections/${connection}`)
    expect(status).toBeLessThan(300)
    await eventually('it is disconnected', async () => (await stage.shown(connection)).status === 'disconnected')
    if (!('revoke' in method && method.revoke)) return
    const grants = await control.grants({ platform: provider })
    // Some end no more than the one token.
    const asked = new URL(method.revoke.url.replaceAll(/[{}]/g, '')).pathname
    const heard = (await control.requests()).some(({ path, status }) => path.endsWith(asked) && status === 200)
    expect(heard || grants.some(({ revokedMs }) => revokedMs !== null)).toBe(true)
  })

  if (person.errorIn200 !== undefined) {
    it('sees in an answer with a status of success that the credential is dead', async () => {
      const other = await connect()
      await control.addFault({ platform: provider, kind: 'answer', body: person.errorIn200 })
      await eventually('it needs its person', async () => {
        const { status } = (await stage.check(other)).body
        return status === 'needs_reauth' || (await stage.shown(other)).status === 'needs_reauth'
      })
    })
  }

  if (!person.outlives) {
    it('is seen to be dead when the platform has ended it', async () => {
      const again = await connect()
      expect((await control.revokeGrants({ platform: provider })).revoked).toBeGreaterThan(0)
      await eventually('it needs its person', async () => {
        if (isRenewed(method, person)) await stage.refresh(again)
        else await stage.check(again)
        return (await stage.shown(again)).status === 'needs_reauth'
      })
    })
  }
}

/** The code of the hub's error. */
const saidAs: Record<ErrorIn200['means'], ErrorCode> = {
  refused: 'PROVIDER_REJECTED',
  'not there': 'PROVIDER_REJECTED',
  'slow down': 'RATE_LIMITED',
  'try later': 'PROVIDER_ERROR',
}

/** Whether its tokens are replaced before they end. */
function isRenewed(method: AuthMethod, { lives = false, renewed = false }: SandboxPerson): boolean {
  if (renewed) return true
  if (method.kind === 'api_key' || method.kind === 'key_delivery' || lives) return false
  if (method.kind !== 'oauth2') return true
  return method.lifetime.access !== undefined || method.rotation !== undefined || method.refresh !== undefined
}
