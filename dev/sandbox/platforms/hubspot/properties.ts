import { type BadProperty, badProperties } from './refusals.ts'

export type ObjectType = 'contacts' | 'companies' | 'deals'
export type Properties = Record<string, string | null>

type Kind = 'text' | 'email' | 'domain' | 'number' | 'datetime' | 'read-only' | readonly string[]

const stages = ['subscriber', 'lead', 'marketingqualifiedlead', 'salesqualifiedlead', 'opportunity', 'customer']
const lifecycle = [...stages, 'evangelist', 'other']
const system = {
  hs_object_id: 'read-only',
  createdate: 'datetime',
  hs_merged_object_ids: 'read-only',
  hubspot_owner_id: 'number',
} satisfies Record<string, Kind>

interface Shape {
  /** The property in which the time of the last change is: contacts have it under another name than the others. */
  modified: string
  /** What comes when nobody names properties. */
  shown: readonly string[]
  properties: Readonly<Record<string, Kind>>
}

/** https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide, as far as the defaults go. */
export const shapes: Record<ObjectType, Shape> = {
  contacts: {
    modified: 'lastmodifieddate',
    shown: ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname'],
    properties: {
      ...system,
      lastmodifieddate: 'read-only',
      email: 'email',
      ...texts(
        'firstname',
        'lastname',
        'phone',
        'mobilephone',
        'company',
        'website',
        'jobtitle',
        'message',
        'salutation',
      ),
      ...texts('address', 'city', 'state', 'zip', 'country', 'fax'),
      hs_additional_emails: 'read-only',
      associatedcompanyid: 'number',
      lifecyclestage: lifecycle,
      hs_lead_status: ['NEW', 'OPEN', 'IN_PROGRESS', 'OPEN_DEAL', 'UNQUALIFIED', 'ATTEMPTED_TO_CONTACT', 'CONNECTED'],
    },
  },
  companies: {
    modified: 'hs_lastmodifieddate',
    shown: ['createdate', 'domain', 'hs_lastmodifieddate', 'hs_object_id', 'name'],
    properties: {
      ...system,
      hs_lastmodifieddate: 'read-only',
      domain: 'domain',
      ...texts('name', 'phone', 'website', 'description', 'address', 'address2', 'city', 'state', 'zip', 'country'),
      ...{ numberofemployees: 'number', annualrevenue: 'number', lifecyclestage: lifecycle },
    },
  },
  deals: {
    modified: 'hs_lastmodifieddate',
    shown: [
      'amount',
      'closedate',
      'createdate',
      'dealname',
      'dealstage',
      'hs_lastmodifieddate',
      'hs_object_id',
      'pipeline',
    ],
    properties: {
      ...system,
      hs_lastmodifieddate: 'read-only',
      ...texts('dealname', 'description', 'deal_currency_code'),
      ...{ amount: 'number', closedate: 'datetime', pipeline: ['default'], hs_primary_associated_company: 'read-only' },
      dealstage: [
        ...['appointmentscheduled', 'qualifiedtobuy', 'presentationscheduled', 'decisionmakerboughtin'],
        ...['contractsent', 'closedwon', 'closedlost'],
      ],
    },
  },
}

function texts(...names: string[]): Record<string, Kind> {
  return Object.fromEntries(names.map(name => [name, 'text']))
}

/** What is written as it is then kept: every value a text, null where it was emptied. Throws what is wrong with any of them. */
export function taken(type: ObjectType, said: unknown): Properties {
  const found: BadProperty[] = []
  const properties: Properties = {}
  for (const [name, value] of Object.entries(typeof said === 'object' && said !== null ? said : {})) {
    const kept = value === '' || value === null ? null : keptValue(type, name, value)
    if (kept !== null && typeof kept === 'object') found.push({ name, ...kept })
    else if (kindOf(type, name) === undefined || kindOf(type, name) === 'read-only') found.push(unwritable(type, name))
    else properties[name] = kept
  }
  if (found.length > 0) throw badProperties(found)
  return properties
}

export function kindOf(type: ObjectType, name: string): Kind | undefined {
  const { properties } = shapes[type]
  return Object.hasOwn(properties, name) ? properties[name] : undefined
}

function unwritable(type: ObjectType, name: string): BadProperty {
  if (kindOf(type, name) === 'read-only')
    return { name, error: 'READ_ONLY_VALUE', message: `"${name}" is a read only property; its value cannot be set.` }
  return { name, error: 'PROPERTY_DOESNT_EXIST', message: `Property "${name}" does not exist` }
}

function keptValue(type: ObjectType, name: string, value: unknown): string | Omit<BadProperty, 'name'> {
  if (!['string', 'number', 'boolean'].includes(typeof value))
    return { error: 'INVALID_TYPE', message: `Property "${name}" takes text` }
  const text = String(value)
  const kind = kindOf(type, name)
  if (kind === 'email') {
    const email = text.trim().toLowerCase()
    const isEmail = /^[^\s@]+@[^\s@]+\.[a-z]{2,}$/.test(email)
    return isEmail ? email : { error: 'INVALID_EMAIL', message: `Email address ${text} is invalid` }
  }
  if (kind === 'domain')
    return text
      .trim()
      .toLowerCase()
      .replace(/^https?:\/\//, '')
      .replace(/^www\./, '')
      .replace(/\/.*$/, '')
  if (kind === 'number' && !/^-?\d+(\.\d+)?$/.test(text))
    return { error: 'INVALID_LONG', message: `${text} was not a valid number.` }
  if (kind === 'datetime') {
    const instant = instantOf(text)
    return instant ?? { error: 'INVALID_DATE', message: `${text} was not a valid date.` }
  }
  if (Array.isArray(kind) && !kind.includes(text))
    return { error: 'INVALID_OPTION', message: `${text} was not one of the allowed options: [${kind.join(', ')}]` }
  if (text.length > 65_536) return { error: 'STRING_TOO_LONG', message: `"${name}" takes 65536 characters at most` }
  return kind === 'text' ? text.trim() : text
}

/** Times come in milliseconds, as a date or in ISO 8601, and are answered in ISO 8601. */
function instantOf(text: string): string | undefined {
  if (!/^-?\d{1,14}$/.test(text) && !/^\d{4}-\d\d-\d\d(T.*(Z|[+-]\d\d:\d\d))?$/.test(text)) return undefined
  const ms = /^-?\d+$/.test(text) ? Number(text) : Date.parse(text)
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString()
}
