using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Prover;
using Counterfoil.Prover.Storage;
using Counterfoil.Zk;
using Counterfoil.Zk.Answers;
using Counterfoil.Zk.Models;

namespace Counterfoil.Proofs.Tests.Answers;

/// <summary>A proven answer is one thing: whatever of it, or of the model beside it, is another, is refused, and by the check that is meant for it.</summary>
public sealed class ProvenAnswerTests
{
    static readonly Bytes32 Context = Keccak256.Hash("why it was asked"u8).Value;

    static readonly Lazy<(PublishedModel Model, ProvenAnswer Answer)> hidden = new(() => Prove(SmallModel.Source, PrivacyProfile.HiddenWeights)), open = new(() => Prove(SmallModel.Source, PrivacyProfile.PublicWeights));

    static (PublishedModel, ProvenAnswer) Prove(SourceModel source, PrivacyProfile profile)
    {
        using var registered = RegisteredGraph.Register(source.Integers, new RegistrationOptions { Profile = profile, Budget = 2 });
        var model = Publish(source, registered);
        return (model, Answer(model, registered, SmallModel.Usual));
    }

    static PublishedModel Publish(SourceModel source, RegisteredGraph registered) => new("small", registered.Model, registered.RegistrationProof, source.Input, source.Output, source.Facts);

    static ProvenAnswer Answer(PublishedModel model, RegisteredGraph registered, byte[] request)
    {
        Assert.Equal(Verdict.Accept, model.Input.ToCells(request, model.Model.Graph.Input, out var cells));
        var proven = registered.Prove(cells, ProvenAnswer.ProofContext(model.Digest, request, Context));
        return new ProvenAnswer(model.Digest, model.Encode(), request, proven.Output, Context, proven.Proof);
    }

    // As a stranger does it: from bytes alone.
    static Verdict Verify(ReadOnlyMemory<byte> file, PublishedModel? known = null)
    {
        PublishedModel? model = null;
        ProvenAnswer? answer;
        return ProvenAnswer.Decode(file, out answer).Then(() => answer!.Resolve(known, out model)).Then(() => answer!.Verify(model!));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_answer_is_verified_from_its_file_alone_or_with_the_model_at_hand(bool isHidden)
    {
        var (model, answer) = (isHidden ? hidden : open).Value;
        Assert.Equal(Verdict.Accept, Verify(answer.Encode()));
        Assert.Equal(Verdict.Accept, PublishedModel.Decode(model.Encode(), out var known));
        var detached = answer with { CarriedModel = null };
        Assert.Equal(Verdict.Accept, Verify(detached.Encode(), known));
        Assert.Equal(Verdict.Accept, Verify(answer.Encode(), known));
        Assert.Equal(Verdict.Accept, answer.Answers(SmallModel.Usual, Context));
        // The integers are the executor's, and the request's cells are what rule E says.
        var values = PrimitiveExecutor.Execute(SmallModel.Source.Integers, [5, -12, 2, 31, -1]);
        Assert.Equal(values[model.Model.Graph.Output], answer.Output);
        Assert.IsType<Verdict.Unverifiable>(Verify(detached.Encode()));
    }

    [Fact]
    public void Every_byte_of_an_answer_counts()
    {
        var (model, answer) = open.Value;
        byte[] file = (answer with { CarriedModel = null }).Encode();
        int header = file.Length - answer.Proof.Length;
        for (int at = 0; at < file.Length; at += at < header ? 1 : 997)
        {
            var changed = (byte[])file.Clone();
            changed[at] ^= 1;
            Assert.False(Verify(changed, model).IsAccepted, $"byte {at} of {file.Length}");
        }
        for (int length = 0; length < file.Length; length += length < header ? 1 : 4999) Assert.Equal(AnswerChecks.Encoding, SmallModel.CheckOf(Verify(file.AsMemory(0, length), model)));
        Assert.Equal(AnswerChecks.Encoding, SmallModel.CheckOf(Verify((byte[])[.. file, 0], model)));
    }

    [Fact]
    public void A_published_model_cannot_be_changed_beside_a_proof_even_by_who_names_it_anew()
    {
        var (model, answer) = open.Value;
        byte[] published = model.Encode();
        int header = published.Length - model.RegistrationProof.Length - model.Model.Encode().Length;
        int held = 0;
        for (int at = 0; at < header; at++)
        {
            var changed = (byte[])published.Clone();
            changed[at] ^= 1;
            Assert.Equal(AnswerChecks.Model, SmallModel.CheckOf(Verify((answer with { CarriedModel = changed }).Encode())));
            Assert.False(Verify((answer with { CarriedModel = changed, ModelDigest = Sha256.Hash(changed) }).Encode()).IsAccepted, $"byte {at}");
            if (PublishedModel.Decode(changed, out _).IsAccepted) held++;
        }
        // Names, scales and the report can be changed without breaking the format: that the proof's context has them is what refuses those.
        Assert.InRange(held, 40, header);
    }

    [Fact]
    public void A_request_that_rounds_to_the_same_cells_is_another_request()
    {
        var (model, answer) = open.Value;
        byte[] close = SmallModel.Request(1.2501f, -3, 0.5f, 7.75f, -0.25f);
        model.Input.ToCells(close, model.Model.Graph.Input, out var cells);
        Assert.Equal([5, -12, 2, 31, -1], cells!);
        Assert.False(Verify((answer with { Request = close }).Encode()).IsAccepted);
        Assert.Equal(AnswerChecks.Request, SmallModel.CheckOf(answer.Answers(close, null)));
    }

    [Fact]
    public void An_answer_of_another_model_input_output_or_context_is_refused()
    {
        var (model, answer) = open.Value;
        var (other, others) = Prove(SmallModel.Of("combination", [5], [5]), PrivacyProfile.PublicWeights);
        Assert.Equal(AnswerChecks.Model, SmallModel.CheckOf(Verify(answer.Encode(), other)));
        Assert.Equal(AnswerChecks.Model, SmallModel.CheckOf((answer with { CarriedModel = null }).Verify(other)));
        Assert.Equal(AnswerChecks.Model, SmallModel.CheckOf(Verify((answer with { CarriedModel = other.Encode() }).Encode(), model)));
        Assert.False(Verify((answer with { Proof = others.Proof }).Encode()).IsAccepted);
        Assert.Equal(AnswerChecks.RequestLength, SmallModel.CheckOf(Verify((answer with { Request = SmallModel.Request(1, 2, 3, 4) }).Encode())));
        Assert.Equal(AnswerChecks.RequestElement, SmallModel.CheckOf(Verify((answer with { Request = SmallModel.Request(1, 2, float.NaN, 4, 5) }).Encode())));
        Assert.False(Verify((answer with { Request = SmallModel.Request(5, 4, 3, 2, 1) }).Encode()).IsAccepted);
        Assert.False(Verify((answer with { Output = answer.Output.SetItem(0, answer.Output[0] + 1) }).Encode()).IsAccepted);
        Assert.Equal(ZkChecks.Statement, SmallModel.CheckOf(Verify((answer with { Output = ImmutableArray.Create<long>() }).Encode())));
        Assert.False(Verify((answer with { Context = default }).Encode()).IsAccepted);
        Assert.Equal(AnswerChecks.Context, SmallModel.CheckOf(answer.Answers(null, default(Bytes32))));
    }

    [Fact]
    public void A_registration_of_another_model_is_none()
    {
        var (model, answer) = open.Value;
        using var again = RegisteredGraph.Register(SmallModel.Of("combination", [5], [5]).Integers);
        Assert.Equal(Verdict.Accept, CommittedGraph.Decode(model.Model.Encode(), out var fresh));
        var swapped = new PublishedModel("small", fresh!, again.RegistrationProof, model.Input, model.Output, model.Calibration);
        var verdict = Verify((answer with { CarriedModel = swapped.Encode(), ModelDigest = swapped.Digest }).Encode());
        Assert.Equal(SmallModel.CheckOf(RegistrationProof.Verify(fresh!, again.RegistrationProof)), SmallModel.CheckOf(verdict));
        Assert.False(fresh!.IsRegistered);
    }

    [Fact]
    public void A_published_models_tensors_fit_its_graph()
    {
        var (model, _) = open.Value;
        foreach (var wrong in (TensorSpec[])[
            model.Input with { Shape = [4] }, model.Input with { Shape = [5, 0] }, model.Input with { Shape = [65536, 65536, 65536, 65536, 5] }, model.Input with { Scale = 0 }, model.Input with { Scale = -1 },
            model.Input with { Scale = double.NaN }, model.Input with { Scale = double.PositiveInfinity }, model.Input with { Name = "" }, model.Input with { Name = "a\nb" }, model.Input with { Datatype = Datatype.INT64 },
            model.Input with { Datatype = (Datatype)3 }, model.Input with { Shape = [.. Enumerable.Repeat(1, 16), 5] }])
            Assert.Contains("published.tensors", Assert.Throws<ArgumentException>(() => new PublishedModel("small", model.Model, model.RegistrationProof, wrong, model.Output, model.Calibration)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new PublishedModel("small", model.Model, model.RegistrationProof, model.Input, model.Output with { Scale = Math.Pow(2, 61) }, model.Calibration));
        foreach (string name in (string[])["", ".hidden", "a/b", "a b", new string('a', 65)])
            Assert.Throws<ArgumentException>(() => new PublishedModel(name, model.Model, model.RegistrationProof, model.Input, model.Output, model.Calibration));
        // The same from a stranger's bytes: 1 as the second dimension becomes 2.
        byte[] file = model.Encode();
        int shape = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x82, 1, 5]);
        file[shape + 1] = 2;
        Assert.Equal(AnswerChecks.PublishedTensors, SmallModel.CheckOf(PublishedModel.Decode(file, out _)));
    }
}
