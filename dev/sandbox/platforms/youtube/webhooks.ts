import { createHmac, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const request = z.object({
  channel: z.string().default('UCcausewaySandbox0000001A'),
  video: z.string().optional(),
  title: z.string().default('The first & <only> one'),
  /** Instead of a change. */
  deleted: z.boolean().default(false),
})

const newId = () => randomBytes(8).toString('base64url')
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** https://developers.google.com/youtube/v3/guides/push_notifications; `secret` is the hub.secret of the subscription. */
export const webhooks = {
  request,
  sign({ channel, video = newId(), title, deleted, secret, at }) {
    const time = new Date(at).toISOString().replace('Z', '456789+00:00')
    const body = deleted ? deletedFeed(channel, video, time) : feed(channel, video, escaped(title), time)
    const topic = `https://www.youtube.com/feeds/videos.xml?channel_id=${channel}`
    const headers = {
      'content-type': 'application/atom+xml',
      'user-agent': 'FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)',
      link: `<https://pubsubhubbub.appspot.com/>; rel=hub, <${topic}>; rel=self`,
      // https://www.w3.org/TR/websub/#authenticated-content-distribution
      'x-hub-signature': `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`,
    }
    return { id: `${video}/${time}`, headers, body, signed: ['body'] }
  },
  trial: {
    request: () => ({ video: newId() }),
    proof: ['x-hub-signature'],
    address: 'connection',
    silent: true,
  },
} satisfies WebhookSender<typeof request>

function feed(channel: string, video: string, title: string, time: string): string {
  return `<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom">
<link rel="hub" href="https://pubsubhubbub.appspot.com"/>
<link rel="self" href="https://www.youtube.com/xml/feeds/videos.xml?channel_id=${channel}"/>
<title>YouTube video feed</title><updated>${time}</updated><entry>
  <id>yt:video:${video}</id>
  <yt:videoId>${video}</yt:videoId>
  <yt:channelId>${channel}</yt:channelId>
  <title>${title}</title>
  <link rel="alternate" href="https://www.youtube.com/watch?v=${video}"/>
  <author><name>Causeway</name><uri>https://www.youtube.com/channel/${channel}</uri></author>
  <published>2026-01-01T00:00:00+00:00</published>
  <updated>${time}</updated>
</entry></feed>
`
}

/** A tombstone: https://www.rfc-editor.org/rfc/rfc6721 */
function deletedFeed(channel: string, video: string, time: string): string {
  return `<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:at="http://purl.org/atompub/tombstones/1.0" xmlns="http://www.w3.org/2005/Atom"><at:deleted-entry ref="yt:video:${video}" when="${time}">
  <link href="https://www.youtube.com/watch?v=${video}"/>
  <at:by><name>Causeway</name><uri>https://www.youtube.com/channel/${channel}</uri></at:by>
</at:deleted-entry></feed>
`
}
