/**
 * What somebody has said: text, code, links and images, and none of it as markup.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Dialog, openDialog } from '../components/dialog.tsx';
import { Icon } from '../components/icon.tsx';
import { JsonText } from '../components/json-text.tsx';
import { Line, Lines } from '../components/text.tsx';
import { short } from '../text/numbers.ts';
import { type Part, parsed } from './items.ts';

/** Characters of a text that are shown before a person asks for all. */
const FIRST = 6000;
const FENCE = /```([^\n`]*)\n([\s\S]*?)(?:```|$)/gu;
const LINK = /https?:\/\/[^\s<>"'`\u2028\u2029]+[^\s<>"'`.,;:!?)\]}\u2028\u2029]/gu;

/** Parts of a message, or of a tool's result. */
export function Parts({
  parts,
  asJson,
}: {
  parts: readonly Part[];
  asJson?: boolean;
}): JSX.Element {
  return (
    <div class="parts">
      {parts.map((part, index) => (
        <PartView key={index} part={part} asJson={asJson === true} />
      ))}
    </div>
  );
}

/** A text, the beginning of it where it is very long. */
export function Text({ text }: { text: string }): JSX.Element {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole || text.length <= FIRST * 1.5 ? text : text.slice(0, FIRST);
  return (
    <>
      <div class="text" dir="auto">
        {blocksOf(shown)}
      </div>
      {shown.length < text.length && (
        <Button kind="plain" onClick={() => setWhole(true)}>
          Show all {short(text.length)} characters
        </Button>
      )}
    </>
  );
}

function PartView({ part, asJson }: { part: Part; asJson: boolean }): JSX.Element {
  switch (part.kind) {
    case 'text': {
      const value = asJson ? parsed(part.text) : part.text;
      return typeof value === 'string' ? <Text text={value} /> : <JsonText value={value} />;
    }
    case 'refusal':
      return (
        <div class="refusal">
          <span class="badge is-warning">Refused</span> <Text text={part.text} />
        </div>
      );
    case 'image':
      return <Image source={part.source} />;
    case 'attachment':
      return (
        <span class="attachment">
          <Icon name={part.what === 'image' ? 'image' : 'file'} size={14} />
          {part.what === 'image' ? 'Image' : part.what === 'file' ? 'File' : 'Audio'}
          {part.name !== '' && (
            <span class="dim">
              <Line text={part.name} />
            </span>
          )}
        </span>
      );
  }
}

function Image({ source }: { source: string }): JSX.Element {
  const [isBroken, setBroken] = useState(false);
  if (isBroken) {
    return (
      <span class="attachment">
        <Icon name="image" size={14} /> An image that cannot be read
      </span>
    );
  }
  return (
    <button
      type="button"
      class="image"
      aria-label="Enlarge the image"
      onClick={() =>
        openDialog(
          <Dialog title="Image" size="large">
            <img class="large-image" src={source} alt="Of the message" />
          </Dialog>,
        )
      }
    >
      <img src={source} alt="Of the message" onError={() => setBroken(true)} />
    </button>
  );
}

function blocksOf(text: string): JSX.Element[] {
  const blocks: JSX.Element[] = [];
  let end = 0;
  const addText = (piece: string): void => {
    const trimmed = piece.replaceAll(/^\n+|\n+$/gu, '');
    if (trimmed === '') return;
    blocks.push(
      <div class="lines" key={blocks.length}>
        {linked(trimmed)}
      </div>,
    );
  };
  for (const { 0: all, 1: language = '', 2: code = '', index } of text.matchAll(FENCE)) {
    addText(text.slice(end, index));
    blocks.push(
      <pre class="code" dir="ltr" tabIndex={0} key={blocks.length} data-language={language.trim()}>
        <Lines text={code.replace(/\n$/u, '')} />
      </pre>,
    );
    end = index + all.length;
  }
  addText(text.slice(end));
  return blocks;
}

function linked(text: string): JSX.Element[] {
  const pieces: JSX.Element[] = [];
  let end = 0;
  for (const { 0: address, index } of text.matchAll(LINK)) {
    pieces.push(
      <Lines key={`text ${index}`} text={text.slice(end, index)} />,
      <Link key={`link ${index}`} address={address} />,
    );
    end = index + address.length;
  }
  pieces.push(<Lines key="rest" text={text.slice(end)} />);
  return pieces;
}

/** A link that says where it leads before it is followed. */
function Link({ address }: { address: string }): JSX.Element {
  const url = URL.parse(address);
  if (url === null) return <Lines text={address} />;
  return (
    <button type="button" class="link" onClick={() => openDialog(<Leave url={url} />)}>
      <Lines text={address} />
    </button>
  );
}

function Leave({ url }: { url: URL }): JSX.Element {
  return (
    <Dialog title={`Open ${url.host}?`}>
      <p>This link is from the conversation. It leads to another host:</p>
      <pre class="code" tabIndex={0}>
        {url.href}
      </pre>
      <div class="dialog-buttons">
        <a class="button main" href={url.href} target="_blank" rel="noreferrer noopener">
          Open {url.host}
        </a>
      </div>
    </Dialog>
  );
}
