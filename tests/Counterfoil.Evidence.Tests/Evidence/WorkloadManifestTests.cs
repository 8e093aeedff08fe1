using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Workloads;
using CsCheck;

namespace Counterfoil.Evidence.Tests.Evidence;

public sealed class WorkloadManifestTests
{
    static readonly WorkloadManifest Sample = new(Sha256.Hash("data"u8), Sha256.Hash("recipe"u8), 2000, 4L << 30);

    [Fact]
    public void A_manifest_is_read_back_as_it_was_written()
    {
        Assert.True(WorkloadManifest.Decode(Sample.Encode(), out var manifest).IsAccepted);
        Assert.Equal(Sample, manifest);
        Assert.True(WorkloadManifest.Decode((Sample with { Dataset = null }).Encode(), out manifest).IsAccepted);
        Assert.Null(manifest!.Dataset);
    }

    [Fact]
    public void A_newer_version_is_refused_by_name()
    {
        byte[] bytes = Sample.Encode();
        int at = bytes.AsSpan().IndexOf("version"u8) + "version".Length;
        Assert.Equal(1, bytes[at]);
        bytes[at] = 2;
        Assert.Equal(EvidenceChecks.ManifestVersion, Assert.IsType<Verdict.Rejected>(WorkloadManifest.Decode(bytes, out _)).Reason.Check);
    }

    [Fact]
    public void Whatever_is_accepted_has_exactly_the_bytes_it_is_written_with()
    {
        byte[] bytes = Sample.Encode();
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte).Array[0, 3].Sample(changes =>
        {
            byte[] changed = bytes.ToArray();
            foreach (var (at, value) in changes) changed[at] = value;
            return !WorkloadManifest.Decode(changed, out var manifest).IsAccepted || manifest!.Encode().AsSpan().SequenceEqual(changed);
        });
        Gen.Byte.Array[0, 100].Sample(random => { WorkloadManifest.Decode(random, out _); });
    }
}
