import { useQuery } from "@tanstack/react-query";
import { again, vendorKeys } from "../../api/accounts";
import { Coming } from "../../ui/States";
import { Head } from "./Section";
import { VendorCard } from "./VendorCard";

interface Props {
  title: string;
  about: string;
  base: string;
}

function VendorPage({ title, about, base }: Props) {
  const listed = useQuery(vendorKeys(base));
  if (!listed.data) return <Coming asked={listed} rows={4} />;
  return (
    <>
      <Head title={title} about={about} />
      {listed.data.items.map((one) => (
        <VendorCard key={one.provider} one={one} base={base} refresh={() => again(base)} />
      ))}
    </>
  );
}

export const ModelKeys = () => (
  <VendorPage
    title="Model keys"
    about="Agents ask with these keys unless a block names another secret. One that a vendor refuses rests, and the next is asked."
    base="/model-keys"
  />
);

export const InstanceModelKeys = () => (
  <VendorPage
    title="Model keys of the instance"
    about="For every workspace that has no key of its own for a vendor. What they ask is paid from here."
    base="/instance/model-keys"
  />
);
