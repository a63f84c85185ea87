import { Component, type ReactNode, useEffect, useState } from "react";
import { isPart, renew, STALE } from "../data/newer";
import { Shell } from "../sign/Shell";
import { Button } from "../ui/Button";

interface Props {
  children: ReactNode;
}

/** A page that outlived its build is loaded anew; one that broke says so, with a way on. */
export class Renewal extends Component<Props, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidMount() {
    addEventListener(STALE, stale);
  }

  override componentWillUnmount() {
    removeEventListener(STALE, stale);
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return isPart(this.state.error) ? <Missing /> : <Broken />;
  }
}

const stale = () => void renew();
const reload = () => location.reload();

/** A part of the app that the server no longer has, or that did not get through. */
function Missing() {
  const [isNew, setNew] = useState<boolean>();
  useEffect(() => void renew().then(setNew), []);
  if (isNew === undefined) return null;
  return isNew ? (
    <Shell title="A new version of Sim is there" about="This page is loaded anew; what you did is kept." />
  ) : (
    <Shell title="This page did not load in full" about="The server may be starting, or out of reach.">
      <Button onClick={reload}>Load it again</Button>
    </Shell>
  );
}

const Broken = () => (
  <Shell title="Something broke on this page" about="What you did is kept. Load the page again to go on.">
    <Button onClick={reload}>Load it again</Button>
  </Shell>
);
