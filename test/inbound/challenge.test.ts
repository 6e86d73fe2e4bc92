import { answerBody, answerQuery } from '../../src/inbound/receiving/challenge.ts'
import type { WebhookChallenge } from '../../src/catalogue/schema/webhooks/challenge.ts'

describe('challenges', () => {
  const inBody: WebhookChallenge = {
    kind: 'body',
    when: { path: 'type', equals: 'url_verification' },
    echo: 'challenge',
    as: { json: 'challenge' },
  }
  const bytes = (value: unknown) => Buffer.from(JSON.stringify(value))

  it('answers the one in a body, and takes nothing else for one', () => {
    const asked = bytes({ type: 'url_verification', challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P' })
    expect(answerBody(inBody, asked)).toEqual({
      json: { challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P' },
    })
    expect(answerBody({ ...inBody, as: 'text' }, asked)).toHaveProperty('text')
    expect(answerBody(inBody, bytes({ type: 'event_callback', challenge: 'x' }))).toBeUndefined()
    expect(answerBody(inBody, Buffer.from('not json'))).toBeUndefined()
    expect(answerBody(undefined, asked)).toBeUndefined()
  })

  it('answers the one in a query only when its token is the secret', () => {
    const inQuery: WebhookChallenge = { kind: 'query', method: 'GET', echo: 'hub.challenge', token: 'hub.verify_token' }
    const query = { 'hub.challenge': '1158201444', 'hub.verify_token': 'secret' }
    expect(answerQuery(inQuery, 'GET', query, ['secret'])).toEqual({ text: '1158201444' })
    expect(answerQuery(inQuery, 'GET', query, ['another'])).toBeUndefined()
    expect(answerQuery(inQuery, 'POST', query, ['secret'])).toBeUndefined()
    expect(answerQuery(inQuery, 'GET', { 'hub.challenge': 'x' }, ['secret'])).toBeUndefined()
  })

  it('echoes nothing that a browser could run', () => {
    const inQuery: WebhookChallenge = { kind: 'query', method: 'POST', echo: 'validationToken' }
    expect(answerQuery(inQuery, 'POST', { validationToken: 'plain+text' }, ['s'])).toEqual({ text: 'plain+text' })
    for (const validationToken of ['<script>', 'x'.repeat(600), ['a', 'b'], ''])
      expect(answerQuery(inQuery, 'POST', { validationToken }, ['s'])).toBeUndefined()
  })
})
