using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Zk;

namespace Counterfoil.Proofs.Tests.Zk;

/// <summary>Two verifiers, one of them written from the documentation alone, give the same answers.</summary>
public sealed class ReferenceVerifierTests
{
    [Theory]
    [InlineData(1, new[] { 5, 4, 3 })]
    [InlineData(2, new[] { 1, 1 })]
    [InlineData(3, new[] { 70, 40, 7 })]
    public void Both_verifiers_accept_an_honest_proof_and_refuse_a_changed_one(int seed, int[] sizes)
    {
        foreach (var options in new[] { new RegistrationOptions(), RandomModels.Hidden }) Agree(RandomModels.Register(seed, options, sizes), seed, sizes);
    }

    [Theory]
    [InlineData(1, new[] { 5, 4, 3 })]
    [InlineData(3, new[] { 70, 40, 7 })]
    public void So_they_do_under_the_short_schedule(int seed, int[] sizes)
    {
        foreach (var options in new[] { Folding.ShortSchedule.Public, Folding.ShortSchedule.Hidden }) Agree(RandomModels.Register(seed, options, sizes), seed, sizes);
    }

    static void Agree(RegisteredModel registered, int seed, int[] sizes)
    {
        var input = RandomModels.Input(seed, sizes[0]);
        var proven = registered.Prove(input, Forging.Context);
        var output = proven.Output.ToArray();
        Assert.True(Read(registered.Model.Encode()).Accepts(input, output, Forging.Context.ToArray(), proven.Proof));
        Assert.False(Read(registered.Model.Encode()).Accepts(input, output, new byte[32], proven.Proof));
        Assert.False(Read(registered.Model.Encode()).Accepts(input, output, Forging.Context.ToArray(), [.. proven.Proof, 0]));

        var random = new Random(seed);
        var statement = new InferenceStatement(registered.Model, input, output, Forging.Context);
        for (int i = 0; i < 6; i++)
        {
            var changed = (byte[])proven.Proof.Clone();
            changed[random.Next(changed.Length)] ^= (byte)random.Next(1, 256);
            Assert.False(InferenceProof.Verify(statement, changed).IsAccepted);
            Assert.False(Read(registered.Model.Encode()).Accepts(input, output, Forging.Context.ToArray(), changed));
        }
    }

    static ReferenceVerifier Read(byte[] model)
    {
        var reader = new CborReader(model);
        reader.BeginArray();
        Assert.Equal("counterfoil-model", reader.ReadText());
        Assert.Equal(2, reader.ReadInt());
        bool hidden = reader.ReadInt() == 1;
        var code = ReadCode(ref reader);
        Assert.Equal(hidden, reader.ReadInt() > 0);
        reader.BeginArray();
        reader.ReadInt();
        var nodes = new ReferenceVerifier.Node[reader.BeginArray()];
        for (int i = 0; i < nodes.Length; i++)
        {
            reader.BeginArray();
            Assert.Equal(1, reader.ReadInt());
            int read = (int)reader.ReadInt(), columns = (int)reader.ReadInt(), rows = (int)reader.ReadInt(), shift = (int)reader.ReadInt();
            bool relu = reader.ReadBool();
            int biasBits = (int)reader.ReadInt();
            var words = reader.ReadBytes().ToArray();
            reader.EndArray();
            nodes[i] = new(read, columns, rows, shift, relu, biasBits, [.. Enumerable.Range(0, rows).Select(row => BinaryPrimitives.ReadUInt32BigEndian(words.AsSpan(4 * row)))]);
        }
        reader.EndArray();
        reader.EndArray();
        reader.Skip();
        reader.Skip();
        var root = reader.ReadBytes32().ToArray();
        var id = Keccak256.Hash([.. "counterfoil/model/v1"u8, .. model]);
        return new ReferenceVerifier(nodes, code, hidden, id.ToArray(), root);
    }

    static ReferenceProtocol.Code ReadCode(ref CborReader reader)
    {
        int items = reader.BeginArray();
        int k = (int)reader.ReadInt(), rho = (int)reader.ReadInt(), queries = (int)reader.ReadInt(), masks = (int)reader.ReadInt();
        (int, int, int)[]? rounds = items == 5 ? new (int, int, int)[reader.BeginArray()] : null;
        for (int i = 0; i < rounds?.Length; i++)
        {
            reader.BeginArray();
            rounds[i] = ((int)reader.ReadInt(), (int)reader.ReadInt(), (int)reader.ReadInt());
            reader.EndArray();
        }
        if (rounds is not null) reader.EndArray();
        reader.EndArray();
        return new ReferenceProtocol.Code(k, rho, queries, masks, rounds);
    }
}
