using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Tests;

namespace Counterfoil.Core.Tests.Merkle;

/// <summary>Probes of transparency-dev/merkle (417fb0c3): valid proofs, and the same damaged in one way each.</summary>
public sealed class PublishedProbes
{
    [Fact]
    public void Every_inclusion_probe_is_judged_as_its_authors_say() => Run("merkle/inclusion", 98, probe => !HasHash(probe, "leafHash")
        ? Verdict.Reject(CoreChecks.MerkleInclusion, "a leaf hash of 32 bytes", "another length") // our types cannot hold one
        : InclusionProof.Verify(
        Digest(probe, "root"), Number(probe, "treeSize"), Number(probe, "leafIdx"), Digest(probe, "leafHash"), Path(probe)));

    [Fact]
    public void Every_consistency_probe_is_judged_as_its_authors_say() => Run("merkle/consistency", 98, probe => ConsistencyProof.Verify(
        Number(probe, "size1"), Digest(probe, "root1"), Number(probe, "size2"), Digest(probe, "root2"), Path(probe)));

    static void Run(string folder, int atLeast, Func<JsonElement, Verdict> verify)
    {
        var files = Directory.GetFiles(Surroundings.Testdata(folder), "*.json", SearchOption.AllDirectories);
        Assert.True(files.Length >= atLeast, $"{files.Length} probes");
        int accepted = 0;
        foreach (string file in files)
        {
            using var probe = JsonDocument.Parse(File.ReadAllBytes(file));
            var verdict = verify(probe.RootElement);
            bool refuse = probe.RootElement.GetProperty("wantErr").GetBoolean();
            Assert.True(verdict.IsAccepted != refuse, $"{file}: {verdict}");
            if (verdict.IsAccepted) accepted++;
        }
        Assert.InRange(accepted, 5, files.Length / 2);
    }

    static bool HasHash(JsonElement probe, string name) => probe.GetProperty(name).GetBytesFromBase64().Length == Bytes32.Size;

    // Some probes have roots of other lengths ("dont care 1"): hashing them keeps equal equal and unequal unequal.
    static Sha256Digest Digest(byte[] bytes) => bytes.Length == 32 ? new Sha256Digest(bytes) : Sha256.Hash(bytes);
    static Sha256Digest Digest(JsonElement probe, string name) => Digest(probe.GetProperty(name).GetBytesFromBase64());
    static long Number(JsonElement probe, string name) => (long)probe.GetProperty(name).GetUInt64();

    static List<Sha256Digest> Path(JsonElement probe) =>
        probe.GetProperty("proof") is { ValueKind: JsonValueKind.Array } path ? [.. path.EnumerateArray().Select(p => Digest(p.GetBytesFromBase64()))] : [];
}
