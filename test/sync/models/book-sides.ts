import type { SandboxProcess } from '../../../dev/sandbox/process.ts'
import type { XeroKind } from '../../../dev/sandbox/control-client.ts'
import type { Books, Model, Values } from './book-accounts.ts'

/** What is done with one model of one platform's books, as a person does it there. */
export interface Side {
  title: string
  books: Books
  model: Model
  /** The canonical field that names a record, and one that can be changed. */
  named: string
  text: string | undefined
  make(name: string): Promise<string>
  edit(id: string, text: string): Promise<unknown>
  remove(id: string): Promise<unknown>
  /** What the platform has; undefined where it is gone, or counts as that. */
  show(id: string): Promise<{ name: unknown; text: unknown } | undefined>
  /** The id of what has a name. */
  find(name: string): Promise<string | undefined>
  /** What the hub makes one of. */
  data(name: string): Promise<Values>
  /** The same, as the platform refuses it. */
  refused(name: string): Promise<Values>
  /** Makes the platform say that it was called too often. */
  slowDown(): Promise<unknown>
  /** Changes something else of what is there, where the platform has versions. */
  other?: (id: string) => Promise<unknown>
  /** A list without it has to be seen before it counts as deleted. */
  isFoundGoneByList?: true
}

/** The id of the record that stands for what a person has made. */
export type RecordId = (model: Model, field: string, name: string) => Promise<string>

/** The sides of a QuickBooks company. */
export function quickbooksSides(sandbox: SandboxProcess, books: Books, recordId: RecordId): Side[] {
  const { control } = sandbox
  const people = control.customers(books.id)
  const of = (plural: 'items' | 'invoices' | 'payments') => control.entities(books.id, plural)
  const account = { IncomeAccountRef: { value: '1' } }
  let customer: Promise<string> | undefined
  const someone = () => (customer ??= people.create({ DisplayName: 'Someone' }).then(({ Id }) => Id))
  const line = {
    DetailType: 'SalesItemLineDetail',
    SalesItemLineDetail: { Qty: 3, UnitPrice: 3.35, TaxCodeRef: { value: '5' } },
  }
  const invoice = async (DocNumber: string) =>
    of('invoices').create({
      ...{ DocNumber, CustomerRef: { value: await someone() }, GlobalTaxCalculation: 'TaxExcluded' },
      ...{ Line: [{ ...line, Amount: 10.05, Description: 'Roses' }], TxnDate: '2026-03-01', DueDate: '2026-03-31' },
    })
  const shown = (row: Values | undefined, name: string, text: string) => {
    const isGone = !row || row['Active'] === false || row['PrivateNote'] === 'Voided'
    const at = (path: string) =>
      path.split('.').reduce<unknown>((value, step) => (value as Values | undefined)?.[step], row)
    return isGone ? undefined : { name: at(name), text: at(text) }
  }
  const side = (
    model: Model,
    [entity, name, text]: [ReturnType<typeof of>, name: string, text: string],
    rest: Pick<Side, 'named' | 'text' | 'make' | 'data' | 'refused'>,
  ): Side => ({
    ...{ title: `QuickBooks’ ${model}`, books, model, ...rest },
    slowDown: () =>
      control.addFault({ platform: 'quickbooks', path: '/v3', kind: '429', retryAfterSeconds: 1, times: 2 }),
    other: id => entity.change(id, model === 'customers' ? { Title: 'Dr' } : { CustomField: [] }),
    edit: (id, value) =>
      entity.change(id, text.endsWith('.value') ? { [text.slice(0, -6)]: { value } } : { [text]: value }),
    remove: id => (model === 'products' ? entity.change(id, { Active: false }) : entity.delete(id)),
    async show(id) {
      return shown(await entity.get(id).catch(() => undefined), name, text)
    },
    async find(wanted) {
      return (await entity.list()).find(row => shown(row, name, text)?.name === wanted)?.Id
    },
  })
  const known = async () => {
    await someone()
    return recordId('customers', 'displayName', 'Someone')
  }
  const sale = async (number: string) => ({
    ...{ number, customerId: await known(), taxInclusive: false },
    ...{ date: '2026-03-01', dueDate: '2026-03-31', notes: 'first' },
    lines: [{ description: 'Pots', quantity: '2', unitPrice: '1.005', amount: '2.01', taxCode: '5' }],
  })
  return [
    side('customers', [people, 'DisplayName', 'Notes'], {
      ...{ named: 'displayName', text: 'notes' },
      make: async DisplayName => (await people.create({ DisplayName })).Id,
      data: displayName => Promise.resolve({ displayName, notes: 'first' }),
      refused: displayName => Promise.resolve({ displayName: `${displayName}:x`, notes: 'first' }),
    }),
    side('products', [of('items'), 'Name', 'Description'], {
      ...{ named: 'name', text: 'description' },
      make: async Name => (await of('items').create({ Name, Type: 'Service', UnitPrice: 1.005, ...account })).Id,
      data: name => Promise.resolve({ name, description: 'first', unitPrice: '0.125' }),
      refused: name => Promise.resolve({ name: name.padEnd(101, 'x'), description: 'first' }),
    }),
    side('invoices', [of('invoices'), 'DocNumber', 'CustomerMemo.value'], {
      ...{ named: 'number', text: 'notes' },
      make: async number => (await invoice(number)).Id,
      data: sale,
      refused: async number => ({ ...(await sale(number)), lines: [{ amount: '1.00', taxCode: '99' }] }),
    }),
    side('payments', [of('payments'), 'PaymentRefNum', 'TxnDate'], {
      ...{ named: 'reference', text: 'date' },
      async make(PaymentRefNum) {
        const { Id } = await invoice(`for ${PaymentRefNum}`)
        const Line = [{ Amount: 5, LinkedTxn: [{ TxnId: Id, TxnType: 'Invoice' }] }]
        return (
          await of('payments').create({ PaymentRefNum, TotalAmt: 5, CustomerRef: { value: await someone() }, Line })
        ).Id
      },
      data: async reference => ({
        ...{ reference, amount: '7.77', date: '2026-03-03' },
        customerId: await known(),
      }),
      refused: async reference => ({
        ...{ reference: reference.padEnd(22, 'x'), amount: '7.77', date: '2026-03-03' },
        customerId: await known(),
      }),
    }),
  ]
}

/** The sides of an organisation of Xero's. */
export function xeroSides(sandbox: SandboxProcess, books: Books, recordId: RecordId): Side[] {
  const org = sandbox.control.organisation(books.id)
  let contact: Promise<string> | undefined
  const someone = () => (contact ??= org.put('contacts', { Name: 'Someone' }).then(row => String(row['ContactID'])))
  const line = { Description: 'Roses', Quantity: 3, UnitAmount: 3.35, TaxType: 'OUTPUT2', AccountCode: '200' }
  const invoice = async (InvoiceNumber: string) =>
    org.put('invoices', {
      ...{ Type: 'ACCREC', Status: 'AUTHORISED', InvoiceNumber, Contact: { ContactID: await someone() } },
      ...{ LineItems: [line], Date: '2026-03-01', DueDate: '2026-03-31' },
    })
  const isGone = (row: Values) =>
    ['ARCHIVED', 'VOIDED', 'DELETED'].includes(String(row['ContactStatus'] ?? row['Status']))
  const side = (
    model: Model,
    [kind, id, name, text, gone]: [XeroKind, string, string, string, Values | undefined],
    rest: Pick<Side, 'named' | 'text' | 'make' | 'data' | 'refused'>,
  ): Side => ({
    ...{ title: `Xero’s ${model}`, books, model, ...rest },
    slowDown: () => org.limit({ perMinute: 2, minuteMs: 1_500 }),
    edit: (own, value) => org.put(kind, { [id]: own, [text]: value }),
    remove: own => (gone ? org.put(kind, { [id]: own, ...gone }) : org.delete(kind, own)),
    async show(own) {
      const row = await org.get(kind, own)
      return row && !isGone(row) ? { name: row[name], text: row[text] } : undefined
    },
    async find(wanted) {
      const row = (await org.list(kind)).find(one => one[name] === wanted && !isGone(one))
      return row && String(row[id])
    },
    ...(gone ? {} : { isFoundGoneByList: true as const }),
  })
  const known = async () => {
    await someone()
    return recordId('customers', 'displayName', 'Someone')
  }
  const payable = async (reference: string) => {
    const number = `for ${reference}`
    await invoice(number)
    return recordId('invoices', 'number', number)
  }
  const sale = async (number: string) => ({
    ...{ number, customerId: await known(), taxInclusive: false },
    ...{ date: '2026-03-01', dueDate: '2026-03-31', reference: 'first' },
    lines: [{ description: 'Pots', quantity: '2', unitPrice: '1.005', amount: '2.01', taxCode: 'OUTPUT2' }],
  })
  return [
    side('customers', ['contacts', 'ContactID', 'Name', 'FirstName', { ContactStatus: 'ARCHIVED' }], {
      ...{ named: 'displayName', text: 'givenName' },
      make: async Name => String((await org.put('contacts', { Name }))['ContactID']),
      data: displayName => Promise.resolve({ displayName, givenName: 'first' }),
      refused: displayName => Promise.resolve({ displayName, givenName: 'first', email: 'müller@example.com' }),
    }),
    side('products', ['items', 'ItemID', 'Code', 'Description', undefined], {
      ...{ named: 'sku', text: 'description' },
      make: async Code => String((await org.put('items', { Code, SalesDetails: { UnitPrice: 1.0055 } }))['ItemID']),
      data: sku => Promise.resolve({ sku, description: 'first', unitPrice: '0.125' }),
      refused: sku => Promise.resolve({ sku: sku.padEnd(31, 'x'), description: 'first' }),
    }),
    side('invoices', ['invoices', 'InvoiceID', 'InvoiceNumber', 'Reference', { Status: 'VOIDED' }], {
      ...{ named: 'number', text: 'reference' },
      make: async number => String((await invoice(number))['InvoiceID']),
      data: sale,
      refused: async number => ({
        ...(await sale(number)),
        lines: [{ description: 'x', amount: '1.00', taxCode: 'NO' }],
      }),
    }),
    side('payments', ['payments', 'PaymentID', 'Reference', 'Reference', { Status: 'DELETED' }], {
      ...{ named: 'reference', text: undefined },
      async make(Reference) {
        const { InvoiceID } = await invoice(`for ${Reference}`)
        const about = { Reference, Invoice: { InvoiceID }, Account: { Code: '090' }, Date: '2026-03-02', Amount: 5 }
        return String((await org.put('payments', about))['PaymentID'])
      },
      data: async reference => ({
        ...{ reference, amount: '2.01', date: '2026-03-03' },
        invoiceId: await payable(reference),
      }),
      refused: async reference => ({
        ...{ reference, amount: '9999.00', date: '2026-03-03' },
        invoiceId: await payable(reference),
      }),
    }),
  ]
}
