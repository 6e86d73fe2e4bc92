import type { WebhookDefinition } from '../../schema/webhooks.ts'

const notifications = 'soapenv:Envelope.soapenv:Body.notifications'
const each = `${notifications}.Notification[]`

/** Anything else is sent again for a day. */
const taken =
  '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>' +
  '<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>' +
  '</soapenv:Body></soapenv:Envelope>'

// Outbound messages. Platform events and change data capture come by other ways than webhooks.
export const webhooks = {
  docs: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging_notifications.htm',
  register:
    'Salesforce signs nothing: make an address with a key for the connection. In Setup, Outbound Messages, make one for an object with ' +
    'that address as endpoint URL and the fields to send, without the session ID, and have a flow or a workflow rule send it.',
  scheme: { kind: 'address' },
  acknowledge: { status: 200, xml: taken },
  xml: { lists: ['Notification'] },
  shapes: [
    {
      each,
      // What it is about, such as `sf:Contact`.
      type: { path: `${each}.sObject.@xsi:type`, pattern: '^(?:[^:]+:)?([A-Za-z0-9_]+)$' },
      deliveryId: { path: `${each}.Id` },
      account: [{ path: `${notifications}.OrganizationId` }],
    },
  ],
  triggers: {
    Account: { description: 'An account meets a rule that sends outbound messages' },
    Campaign: { description: 'A campaign meets a rule that sends outbound messages' },
    Case: { description: 'A case meets a rule that sends outbound messages' },
    Contact: { description: 'A contact meets a rule that sends outbound messages' },
    Lead: { description: 'A lead meets a rule that sends outbound messages' },
    Opportunity: { description: 'An opportunity meets a rule that sends outbound messages' },
    Order: { description: 'An order meets a rule that sends outbound messages' },
    Task: { description: 'A task meets a rule that sends outbound messages' },
    User: { description: 'A user meets a rule that sends outbound messages' },
  },
} satisfies WebhookDefinition
