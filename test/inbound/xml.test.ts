import { readItems } from '../../src/inbound/read.ts'
import { xmlMembers } from '../../src/inbound/receiving/xml.ts'
import type { WebhookDefinition } from '../../src/catalogue/schema/webhooks.ts'
import { fc } from '../support/properties.ts'

const feed = `<?xml version='1.0' encoding='UTF-8'?>
<!-- a feed -->
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom"><updated>2026-01-01</updated>
 <entry><yt:videoId>one</yt:videoId><yt:channelId>UC1</yt:channelId><title>A &amp; B &#233;&#x1F44D; <![CDATA[<c> &amp;]]></title>
  <link rel="alternate" href='https://example.com/?a=1&amp;b=2'/></entry>
</feed>
`
const definition: WebhookDefinition = {
  docs: 'https://example.com/docs',
  scheme: { kind: 'hmac', hash: 'sha1', header: 'x-hub-signature', prefix: 'sha1=', encoding: 'hex' },
  xml: { lists: ['entry'] },
  shapes: [
    {
      each: 'feed.entry[]',
      type: { constant: 'video' },
      deliveryId: { joined: [{ path: 'feed.entry[].yt:videoId' }, { path: 'feed.updated' }] },
      account: [{ path: 'feed.entry[].yt:channelId' }],
    },
  ],
  triggers: {},
}
const read = (text: string) =>
  readItems(definition, { headers: { 'content-type': 'application/atom+xml' }, body: Buffer.from(text) })

describe('a webhook in XML', () => {
  it('is told as JSON, an event for each of its elements', () => {
    const [item, ...others] = read(feed)
    expect(others).toEqual([])
    expect(item).toMatchObject({ type: 'video', accountId: 'UC1', deliveryId: 'one/2026-01-01', hasOwnId: true })
    expect(JSON.parse(item!.body.toString())).toEqual({
      ...{ 'yt:videoId': 'one', 'yt:channelId': 'UC1', title: 'A & B é👍 <c> &amp;' },
      link: { '@rel': 'alternate', '@href': 'https://example.com/?a=1&b=2' },
    })
    const two = feed.replace('</entry>', '</entry><entry><yt:videoId>two</yt:videoId></entry>')
    expect(read(two).map(({ deliveryId }) => deliveryId)).toEqual(['one/2026-01-01', 'two/2026-01-01'])
    expect(read('{"a":1}')[0]).toMatchObject({ type: 'unknown' })
  })

  it('keeps attributes, text beside elements, and what comes several times', () => {
    const shown = JSON.stringify(xmlMembers('<a x="1">t<b/>u<b>2</b><__proto__>3</__proto__></a>'))
    expect(JSON.parse(shown)).toEqual({ a: { '@x': '1', b: ['', '2'], ['__proto__']: '3', $text: 'tu' } })
  })

  it('is refused when it is none, declares something of its own, or has no end', () => {
    const wrong = [
      ...[
        '<a>',
        '</a>',
        '<a></b>',
        '<a/><b/>',
        'text',
        '<a/>text',
        '<a',
        '<a b>',
        '<a b=1/>',
        '< a/>',
        '<a>&b;</a>',
        '<a>&#0;</a>',
      ],
      ...[
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<a>&</a>',
        '<a><![CDATA[</a>',
        '<!--<a/>',
        '<a>&#xD800;</a>',
        '<a b="<"/>',
      ],
      ...['<a>'.repeat(60) + '</a>'.repeat(60), `<a>${'<b/>'.repeat(60_000)}</a>`],
    ]
    for (const text of wrong) expect(() => xmlMembers(text)).toThrow('plain XML')
  })

  it('is read or refused whatever it is, in a time that its length bounds', () => {
    const piece = fc.constantFrom(
      ...[
        '<',
        '>',
        '/',
        'a',
        ' ',
        '=',
        '"',
        "'",
        '&',
        ';',
        '#',
        '<a>',
        '</a>',
        '<![CDATA[',
        ']]>',
        '<!--',
        '-->',
        '<?',
        '?>',
      ],
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), pieces => {
        try {
          expect(JSON.parse(JSON.stringify(xmlMembers(pieces.join(''))))).toBeInstanceOf(Object)
        } catch (error) {
          expect((error as Error).message).toContain('plain XML')
        }
      }),
    )
    const began = performance.now()
    for (const long of ['<a ', ' a="', '&', '<', 'a=', '<!--', ' '])
      expect(() => xmlMembers(`<a ${long.repeat(200_000)}`)).toThrow('plain XML')
    expect(performance.now() - began).toBeLessThan(5_000)
  })
})
