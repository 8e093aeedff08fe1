using System.Collections.Immutable;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Witnesses;

namespace Counterfoil.Tests.Log;

/// <summary>What others' logs published, and others' witnesses are tested with: facts, from the tests of transparency-dev/witness (Apache-2.0).</summary>
public sealed class PublishedCheckpointTests
{
    const string Sumdb = "go.sum database tree\n1514086\nkn9DgqDhXzoZMM8828SQsbuovr/WRn7QfFd5Qe1rpwA=\n\n— sum.golang.org Az3grunuggF5mKymPJeK/l9Pq71lOg/rAVkQVCzGkWRJcnS3ZFunzveHr9PAH8LFsuhpcCWzGDNrn9FFDyXm/66tBg8=\n";
    const string Armored = "transparency.dev/armored-witness/firmware_transparency/ci/2\n56\n7azctENRYLlBCBQ5OX2qxxIKCTOeCda1KfTwjdt0wdA=\n\n— transparency.dev-aw-ftlog-ci-2 93xidocoWXVph2jEuzW2oovU+IjU71+FeVGKtKXQknSla2HCvr6RYHRSdJfxpo4kj5geqxkjrDXcbpiSo7lK96X4Dgc=\n";

    [Theory]
    [InlineData("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", Sumdb, 1_514_086)]
    [InlineData("transparency.dev-aw-ftlog-ci-2+f77c6276+AZXqiaARpwF4MoNOxx46kuiIRjrML0PDTm+c7BLaAMt6", Armored, 56)]
    public void A_published_checkpoint_verifies(string key, string note, long size)
    {
        Assert.Equal(Verdict.Accept, VerifierKey.Parse(key, out var log));
        Assert.Equal(Verdict.Accept, SignedNote.Parse(Encoding.UTF8.GetBytes(note), out var parsed));
        Assert.Equal(Verdict.Accept, parsed!.VerifyFrom(log!));
        Assert.Equal(Verdict.Accept, Checkpoint.Parse(parsed.Text, out var checkpoint));
        Assert.Equal(size, checkpoint!.Size);
        // These logs' origins are not their keys' names, which ours must be.
        Assert.Equal(LogChecks.CheckpointOrigin, Assert.IsType<Verdict.Rejected>(SignedCheckpoint.VerifyFrom(Encoding.UTF8.GetBytes(note), log!, out _)).Reason.Check);
    }

    [Fact]
    public void A_witness_accepts_what_the_reference_accepts_and_refuses_what_it_refuses()
    {
        byte[] first = Encoding.UTF8.GetBytes("monkeys\n5\n41smjBUiAU70EtKlT6lIOIYtRTYxYXsDB+XHfcvu/BE=\n\n— monkeys 202fftzGl3LVoqjXfwCFZZXs8I+5G22+Ek2K0AOyBuSJ/8/CZawNF+6fNlTKOCd622pbzJNkkJFWuw9DbicZCkEx9AY=\n");
        byte[] next = Encoding.UTF8.GetBytes("monkeys\n8\nV8K9aklZ4EPB+RMOk1/8VsJUdFZR77GDtZUQq84vSbo=\n\n— monkeys 202ffoUEboiQYpHzICeaFmoy3RNviHTpAxYrq/eO4QQVQMvu9UebKBMX2MJC76NLthZaKsnKbCA8GxrjePZhvDCH7Ag=\n");
        ImmutableArray<Sha256Digest> proof =
        [
            .. new[]
            {
                "b9e1d62618f7fee8034e4c5010f727ab24d8e4705cb296c374bf2025a87a10d2", "aac66cd7a79ce4012d80762fe8eec3a77f22d1ca4145c3f4cee022e7efcd599d",
                "89d0f753f66a290c483b39cd5e9eafb12021293395fad3d4a2ad053cfbcfdc9e", "29e40bb79c966f4c6fe96aff6f30acfce5f3e8d84c02215175d6e018a5dee833",
            }.Select(h => new Sha256Digest(Convert.FromHexString(h))),
        ];
        VerifierKey.Parse("monkeys+db4d9f7e+AULaJMvTtDLHPUcUrjdDad9vDlh/PTfC2VV60JUtCfWT", out var key);
        Checkpoint? latest = null;
        WitnessAnswer Ask(AddCheckpoint request)
        {
            var answer = Witness.Consider(request.ToBytes(), origin => origin == "monkeys" ? [key!] : [], _ => latest);
            if (answer is WitnessAnswer.Cosign cosign) latest = cosign.Latest;
            return answer;
        }
        Assert.IsType<WitnessAnswer.Cosign>(Ask(new(0, [], first)));
        Assert.Equal(422, Assert.IsType<WitnessAnswer.Refuse>(Ask(new(5, proof[1..], next))).Status);
        Assert.IsType<WitnessAnswer.Cosign>(Ask(new(5, proof, next)));
        Assert.Equal(409, Assert.IsType<WitnessAnswer.Refuse>(Ask(new(0, [], first))).Status);
    }
}
