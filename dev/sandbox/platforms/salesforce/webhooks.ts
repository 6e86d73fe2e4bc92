import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'
import { organization } from './oauth.ts'

const notification = z.strictObject({
  id: z.string().default(() => `04l${randomBytes(6).toString('hex')}AAA`),
  object: z.string().default('Contact'),
  fields: z.record(z.string(), z.string()).default({ Id: '003D00000000001AAA', LastName: 'Müller & Söhne' }),
})

/** Up to a hundred come together. */
const request = z.object({ notifications: z.array(notification).min(1).max(100).prefault([{}]) })

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging_notifications.htm: nothing is signed. */
export const webhooks = {
  request,
  sign({ notifications }) {
    const told = notifications.map(({ id, object, fields }) => {
      const members = Object.entries(fields).map(([name, value]) => `   <sf:${name}>${escaped(value)}</sf:${name}>`)
      const type = `xsi:type="sf:${object}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"`
      return `  <Notification>\n   <Id>${id}</Id>\n   <sObject ${type}>\n${members.join('\n')}\n   </sObject>\n  </Notification>`
    })
    const body = `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body>
 <notifications xmlns="http://soap.sforce.com/2005/09/outbound">
  <OrganizationId>${organization}</OrganizationId>
  <ActionId>04kD00000000001AAA</ActionId>
  <SessionId xsi:nil="true"/>
  <EnterpriseUrl>https://causeway.my.salesforce.com/services/Soap/c/64.0/00D</EnterpriseUrl>
  <PartnerUrl>https://causeway.my.salesforce.com/services/Soap/u/64.0/00D</PartnerUrl>
${told.join('\n')}
 </notifications>
 </soapenv:Body>
</soapenv:Envelope>`
    const headers = { 'content-type': 'text/xml; charset=utf-8', soapaction: '""' }
    return { id: notifications[0]!.id, headers, body, signed: [] }
  },
  trial: {
    request: () => ({ notifications: [{}, { object: 'Lead' }] }),
    secrets: () => ({ signs: '', app: {} }),
    proof: [],
    address: 'connection',
  },
} satisfies WebhookSender<typeof request>
