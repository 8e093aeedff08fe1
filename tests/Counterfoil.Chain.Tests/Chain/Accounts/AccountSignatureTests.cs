using Counterfoil.Chain.Accounts;
using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.Chain.Tests.Chain.Accounts;

public sealed class AccountSignatureTests : IDisposable
{
    static readonly Keccak256Digest Message = Keccak256.Hash("pay 5"u8);

    // A wallet that says yes to everything: RETURN(0x1626ba7e << 224); and one that says something else.
    static readonly byte[] Agrees = [0x63, 0x16, 0x26, 0xba, 0x7e, 0x60, 0xe0, 0x1b, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3];
    static readonly byte[] Disagrees = [0x63, 0xff, 0xff, 0xff, 0xff, 0x60, 0xe0, 0x1b, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3];

    readonly DevChainWorld world = new();
    readonly Secp256k1PrivateKey owner = ChainFixture.KeyOf("owner");

    public void Dispose()
    {
        owner.Dispose();
        world.Dispose();
    }

    Task<Verdict> VerifyAsync(Address account, byte[] signature, SignatureRule rule = SignatureRule.KeyThenCode) => AccountSignature.VerifyAsync(world.Client, account, Message, signature, rule);

    static void Refused(Verdict verdict) => Assert.Equal(ChainChecks.AccountSignature, Assert.IsType<Verdict.Rejected>(verdict).Reason.Check);

    [Fact]
    public async Task A_key_answers_for_its_own_account_and_for_no_other()
    {
        byte[] signature = owner.Sign(Message).ToArray();
        Assert.True((await VerifyAsync(owner.Address, signature)).IsAccepted);
        Assert.True((await VerifyAsync(owner.Address, signature, SignatureRule.CodeIfAny)).IsAccepted);
        Refused(await VerifyAsync(world.Rich.Address, signature));
        Refused(await AccountSignature.VerifyAsync(world.Client, owner.Address, Keccak256.Hash("pay 6"u8), signature));
        Refused(await VerifyAsync(owner.Address, []));
    }

    [Fact]
    public async Task A_contract_answers_by_ERC_1271_and_only_its_magic_word_is_a_yes()
    {
        Assert.True((await VerifyAsync(world.Fixture.Deploy(Agrees), [1])).IsAccepted);
        Refused(await VerifyAsync(world.Fixture.Deploy(Disagrees), [1]));
        Refused(await VerifyAsync(world.Fixture.Deploy([0x00]), [1]));              // answers with nothing
        Refused(await VerifyAsync(world.Fixture.Deploy([0x5f, 0x5f, 0xfd]), [1])); // reverts
    }

    [Fact]
    public async Task A_delegated_account_is_asked_by_its_key_first_or_by_its_code_as_the_token_does()
    {
        var wallet = world.Fixture.Deploy(Disagrees);
        var authorization = new Authorization(world.Fixture.Chain.ChainId, wallet, 0).Sign(owner);
        var sent = await world.Rich.SendAndWaitAsync(new ContractCall { To = owner.Address, Authorizations = [authorization] }, gasLimit: 200_000);
        Assert.Equal(TransactionType.SetCode, sent.Receipt.Type);
        Assert.Equal(AccountKind.Delegated, AccountSignature.KindOf(await world.Client.GetCodeAsync(owner.Address), out var code));
        Assert.Equal(wallet, code);
        byte[] signature = owner.Sign(Message).ToArray();
        Assert.True((await VerifyAsync(owner.Address, signature)).IsAccepted);
        Refused(await VerifyAsync(owner.Address, signature, SignatureRule.CodeIfAny));
        Refused(await VerifyAsync(owner.Address, [1]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_wallet_that_is_not_deployed_yet_answers_as_it_will_once_it_is(bool agrees)
    {
        // A factory that creates what it is called with: CREATE2(0, calldata, salt 0).
        var factory = world.Fixture.Deploy([0x36, 0x5f, 0x5f, 0x37, 0x5f, 0x36, 0x5f, 0x5f, 0xf5, 0x00]);
        byte[] runtime = agrees ? Agrees : Disagrees;
        byte[] initCode = [0x60, (byte)runtime.Length, 0x60, 0x0b, 0x5f, 0x39, 0x60, (byte)runtime.Length, 0x5f, 0xf3, 0x00, .. runtime];
        var wallet = Address.Created2(factory, default, Keccak256.Hash(initCode));
        byte[] wrapped = [.. new AbiFunction("f(address,bytes,bytes)").EncodeCall(factory, initCode, new byte[] { 1 })[4..], .. Enumerable.Range(0, 16).SelectMany(_ => (byte[])[0x64, 0x92])];
        var verdict = await VerifyAsync(wallet, wrapped);
        if (agrees) Assert.True(verdict.IsAccepted, verdict.ToString());
        else Refused(verdict);
        Refused(await VerifyAsync(wallet, wrapped[..^2]));
        Refused(await VerifyAsync(Address.FromWord(0xdead), wrapped));
        Assert.Empty(await world.Client.GetCodeAsync(wallet));
    }
}
