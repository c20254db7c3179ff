/** Making and using a passkey: the only thing here that needs a script. Loaded on the pages that do. */

interface Place extends HTMLElement {
  dataset: Record<
    'passkey' | 'action' | 'sends' | 'needs' | 'label' | 'cancelled' | 'unsupported' | 'unreachable',
    string
  >
}

const isSupported =
  window.isSecureContext && typeof window.PublicKeyCredential?.parseCreationOptionsFromJSON === 'function'

/** Puts a button where the server left room for one. */
function furnish(place: Place): void {
  const { label } = place.dataset
  const button = document.createElement('button')
  button.type = 'button'
  button.className = place.dataset.passkey === 'create' ? 'main-act wide' : 'wide'
  button.textContent = label
  const note = document.createElement('p')
  note.setAttribute('role', 'alert')
  place.append(button, note)
  button.addEventListener('click', async () => {
    note.textContent = ''
    note.className = ''
    button.disabled = true
    await perform(place).catch((error: unknown) => {
      note.className = 'error'
      note.textContent = error instanceof Refusal ? error.message : place.dataset.cancelled
    })
    button.disabled = false
  })
}

function excuse(place: Place): void {
  const note = document.createElement('p')
  note.className = 'hint'
  note.textContent = place.dataset.unsupported
  place.append(note)
}

/** Something that the page can say better than the browser. */
class Refusal extends Error {}

async function perform(place: Place): Promise<void> {
  const { passkey, action, sends, unsupported } = place.dataset
  const options = await optionsFor(place)
  try {
    const credential =
      passkey === 'create'
        ? await navigator.credentials.create({
            publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options as never),
          })
        : await navigator.credentials.get({
            publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options as never),
          })
    post(action, {
      ...typedInto(place, sends),
      credential: JSON.stringify((credential as PublicKeyCredential).toJSON()),
    })
  } catch (error) {
    // A house at an IP address is none that a passkey can be for.
    throw (error as Error).name === 'SecurityError' ? new Refusal(unsupported) : error
  }
}

async function optionsFor(place: Place): Promise<unknown> {
  const { action, needs, unreachable } = place.dataset
  const answer = await fetch(`${action}/options`, {
    method: 'POST',
    headers: { Accept: 'application/json' },
    body: new URLSearchParams(typedInto(place, needs)),
  }).catch(() => {
    throw new Refusal(unreachable)
  })
  const said = await answer.json()
  if (!answer.ok) throw new Refusal(said.detail)
  return said
}

/** What stands in the fields of these names, of the form around. */
function typedInto(place: Place, names: string): Record<string, string> {
  const form = new FormData(place.closest('form') ?? undefined)
  const pairs = names.split(' ').filter((name) => form.has(name))
  return Object.fromEntries(pairs.map((name) => [name, String(form.get(name))]))
}

/** A form of its own: a password that stands in the other is not sent along. */
function post(action: string, fields: Record<string, string>): void {
  const form = document.createElement('form')
  form.method = 'post'
  form.action = action
  form.hidden = true
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement('input')
    input.type = 'hidden'
    input.name = name
    input.value = value
    form.append(input)
  }
  document.body.append(form)
  form.submit()
}

function furnishAll(): void {
  for (const place of document.querySelectorAll<Place>('[data-passkey]:empty')) {
    if (isSupported) furnish(place)
    else excuse(place)
  }
}

furnishAll()
// htmx brings in the form again, or the second step.
document.addEventListener('htmx:after:swap', furnishAll)
