import type { AgentInputItem } from '@openai/agents';
import { describe, expect, it } from 'vitest';
import { JSONSession } from '../../../src/index.ts';
import { ownBrowser } from './own-browser.ts';
import { everyStore, openSqlite } from './stores.ts';
import { eventually, expectNoProblems, sees, visit } from './visit.ts';

const browser = await ownBrowser();

const MARKUP = '<img src=x onerror="globalThis.hacked=1"><script>globalThis.hacked=1</script>';
const STYLE = '<style>*{display:none}</style><b>bold</b>';
const RLO = '\u202E';
const REMOTE = 'https://attacker.example/pixel.png';

/** What an attacker would have a model say, or call itself. */
const ITEMS: AgentInputItem[] = [
  { role: 'user', content: `${MARKUP}${STYLE}` },
  {
    role: 'user',
    content: [
      { type: 'input_text', text: 'Look:' },
      { type: 'input_image', image: REMOTE },
      { type: 'input_image', image: `data:image/svg+xml;base64,${btoa(`<svg>${MARKUP}</svg>`)}` },
      { type: 'input_image', image: 'data:text/html;base64,PGI+' },
      {
        type: 'input_image',
        image: `data:image/svg+xml,${encodeURIComponent(`<svg>${MARKUP}</svg>`)}`,
      },
      { type: 'input_image', image: `data:image/png,"onerror="globalThis.hacked=1` },
      { type: 'input_image', image: 'javascript:globalThis.hacked=1' },
      { type: 'input_image', image: '//attacker.example/pixel.png' },
      { type: 'input_image', image: { id: 'file_1' } },
      // It says that it is one, and is none.
      { type: 'input_image', image: 'data:image/png;base64,PGI+' },
    ],
  },
  {
    type: 'function_call',
    callId: 'c1',
    name: `pay${RLO}gpj.exe`,
    status: 'completed',
    arguments: JSON.stringify({ html: MARKUP, ['__proto__']: 1, [`a${RLO}b`]: 2 }),
  },
  {
    type: 'function_call_result',
    callId: 'c1',
    name: 'pay',
    status: 'completed',
    output: `\u001B]0;title\u0007\u001B[31mred\u001B[0m ${RLO}desrever`,
  },
  {
    role: 'assistant',
    status: 'completed',
    content: [
      {
        type: 'output_text',
        text: `[bank](https://bank.example@attacker.example/login) javascript:globalThis.hacked=1 data:text/html,x https://xn--bnk-6na.example/`,
      },
    ],
  },
];

const LONG = 'x'.repeat(160);

/** One word without an end, wherever there is a word. */
const LONG_ITEMS: AgentInputItem[] = [
  { role: 'system', content: LONG },
  {
    role: 'user',
    content: `${LONG} https://example.com/${LONG}\n\n\`\`\`ts\nconst ${LONG} = 1;\n\`\`\``,
  },
  {
    role: 'user',
    content: [{ type: 'input_image', image: `https://example.com/${LONG}.png` }],
  },
  {
    type: 'function_call',
    callId: 'c1',
    name: `tool_${LONG}`,
    status: 'completed',
    arguments: JSON.stringify({ [LONG]: LONG }),
  },
  {
    type: 'function_call_result',
    callId: 'c1',
    name: `tool_${LONG}`,
    status: 'completed',
    output: LONG,
  },
];

/** What stands beyond the sides of the screen, other than in a box that scrolls. */
const STICKING_OUT = `[...document.querySelectorAll('body, body *')].filter((element) => {
  const { left, right, width } = element.getBoundingClientRect();
  const isOut = width > 1 && (right > innerWidth + 1 || left < -1);
  return isOut && element.closest('.table-place, .skip, svg') === null;
}).map((element) => element.className + ' ' + element.textContent.slice(0, 40))
.concat(document.documentElement.scrollWidth > innerWidth ? ['the page scrolls'] : [])`;

describe.each(await everyStore())('hostile content over $name', ({ open }) => {
  it('stays text wherever it is shown', async () => {
    const place = await open();
    const sessionId = `../${MARKUP}?#${RLO}`;
    const userId = `ad${RLO}min\u0007<b>`;
    await using session = await JSONSession.create({ ...place, sessionId, userId });
    await session.setAttributes({ title: `${MARKUP}${RLO}\u001B[2J` });
    await session.addItems(ITEMS);
    await session.addMessage({ role: 'assistant', content: MARKUP, agent: `Tri${RLO}age<i>` });
    await session.trackAgent(`Tri${RLO}age<i>`);
    const visited = await visit(browser, place);
    const { page, goTo } = visited;

    const row = page.locator('.session-row').first();
    await row.waitFor();
    expect(await row.innerText()).toContain('\\u202E\\u001B[2J');
    expect(await row.innerText()).toContain('ad\\u202Emin\\u0007<b>');
    expect(await row.innerText()).toContain('Tri\\u202Eage<i>');
    await row.click();

    await sees(page, '<b>bold</b>');
    expect(await page.locator('.transcript img, .transcript b, .transcript script').count()).toBe(
      0,
    );
    await sees(page, REMOTE);
    const attachments = await page.locator('.attachment').allInnerTexts();
    expect(attachments.map((text) => text.replaceAll(/\s+/gu, ' ').trim())).toEqual([
      `Image ${REMOTE}`,
      ...Array.from({ length: 6 }, () => 'Image in the document'),
      'Image file_1',
      'An image that cannot be read',
    ]);
    await page.keyboard.press('e');
    await sees(page, 'pay\\u202Egpj.exe');
    await sees(page, '\\u001B[31mred\\u001B[0m \\u202Edesrever');
    await sees(page, '\\u202Eb');
    for (const tab of ['Document', 'Transcript']) {
      await page.getByRole('button', { name: tab }).click();
      await page.locator(tab === 'Document' ? '.json-tree' : '.transcript').waitFor();
    }
    await page.getByRole('button', { name: 'Details', exact: true }).click();
    await goTo(
      `#/compare?${new URLSearchParams({ left: sessionId, right: sessionId }).toString()}`,
    );
    await sees(page, 'messages that both begin with');
    await goTo('#/dashboard');
    await page.locator('.plot canvas').waitFor();
    await goTo(`#/sessions?text=${encodeURIComponent('bold')}`);
    await page.locator('.found').first().waitFor();

    const title = await page.title();
    expect(title).not.toContain(RLO);
    expect(await page.evaluate('globalThis.hacked')).toBeUndefined();
    expectNoProblems(visited);
  });

  it('follows no link without saying where it leads, and no link that is none', async () => {
    const place = await open();
    await using session = await JSONSession.create({ ...place, sessionId: 'links' });
    await session.addItems(ITEMS);
    const visited = await visit(browser, { ...place, view: '#/sessions/links' });
    const { page } = visited;

    await sees(page, 'javascript:globalThis.hacked=1');
    const links = await page.locator('.transcript .link').allInnerTexts();
    expect(links).toEqual([
      'https://bank.example@attacker.example/login',
      'https://xn--bnk-6na.example/',
    ]);
    expect(await page.locator('.transcript a').count()).toBe(0);
    await page.locator('.link').first().click();
    const leave = page.getByRole('dialog', { name: 'Open attacker.example?' });
    const link = leave.getByRole('link');
    expect(await link.getAttribute('rel')).toBe('noreferrer noopener');
    expect(await link.getAttribute('target')).toBe('_blank');
    expectNoProblems(visited);
  });

  it('lets no policy of the page be loosened by what it shows', async () => {
    const place = await open();
    const visited = await visit(browser, place);
    const { page, served } = visited;
    await sees(page, 'No sessions yet');

    // As an attacker would who could put an element into the page.
    await page.evaluate(`(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.hacked = 1';
      document.body.append(script);
      const image = document.createElement('img');
      image.src = '${REMOTE}';
      document.body.append(image);
    })()`);
    await eventually(() => visited.problems.join('\n')).toMatch(
      /Content Security Policy[\s\S]*Content Security Policy/u,
    );
    expect(await page.evaluate('globalThis.hacked')).toBeUndefined();
    const asked = visited.requests.filter((url) => url.startsWith(new URL(served.url).origin));
    expect(asked.length).toBeGreaterThan(0);
  });
});

describe('a page of long words', () => {
  it('stays within a phone, however long its words are', async () => {
    const place = await openSqlite();
    const sessionId = LONG.repeat(2);
    const userId = `user_${LONG}`;
    await using session = await JSONSession.create({ ...place, sessionId, userId });
    await session.setAttributes({ title: `title_${LONG}`, [LONG]: LONG });
    await session.addItems(LONG_ITEMS);
    const agent = `agent_${LONG}`;
    await session.addMessage({ role: 'assistant', content: LONG, agent, tokens: 123_456 });
    await session.trackAgent(agent);
    await using fork = await session.fork({ sessionId: `fork_${LONG}` });
    const context = { viewport: { width: 360, height: 740 } };
    const visited = await visit(browser, { ...place, write: true, context });
    const { page, goTo } = visited;
    const found: unknown[] = [];
    const check = async (view: string): Promise<void> => {
      const out = await page.evaluate<string[]>(STICKING_OUT);
      found.push(...out.map((element) => `${view}: ${element}`));
    };

    await page.locator('.session-row').first().waitFor();
    await check('list');
    await goTo(`#/sessions?text=${encodeURIComponent(fork.sessionId)}`);
    await page.locator('.found').first().waitFor();
    await check('search');
    await goTo(`#/sessions/${sessionId}`);
    await page.locator('.is-assistant').first().waitFor();
    await check('transcript');
    await page.keyboard.press('e');
    await page.locator('.fold-body').first().waitFor();
    await check('calls');
    await page.keyboard.press('i');
    await page.getByRole('complementary').waitFor();
    await check('turns');
    await page.getByRole('button', { name: 'Details', exact: true }).click();
    await page.getByRole('region', { name: 'Details' }).waitFor();
    await check('details');
    await page.getByRole('button', { name: 'Edit attributes' }).click();
    await page.getByRole('dialog').waitFor();
    await check('attributes');
    await page.keyboard.press('Escape');
    await page.keyboard.press('i');
    await page.getByRole('complementary').waitFor({ state: 'hidden' });
    await page.keyboard.press('r');
    await page.locator('.json-tree').waitFor();
    await check('document');
    await goTo(`#/compare?left=${sessionId}&right=${fork.sessionId}`);
    await page.getByRole('button', { name: /Show the/u }).click();
    await page.locator('.pair').first().waitFor();
    await check('compare');
    await goTo('#/dashboard');
    await page.locator('.plot canvas').waitFor();
    await check('dashboard');
    await goTo(`#/sessions/nobody_${LONG}`);
    await sees(page, 'There is no such session');
    await check('missing');
    expect(found).toEqual([]);
    expectNoProblems(visited);
  });
});
